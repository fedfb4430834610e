/** Requests in the stream of decisions. */
export const REQUESTS_SHOWN = 24;
/** Dry-run samples of orchestrators. */
export const SAMPLES_SHOWN = 12;
