/**
 * One row of speed samples: what streamed, then what took wall time. They differ, for an answer in one piece has no
 * streaming time.
 */
export const RATE_COLUMNS = 7;
export const SAMPLES = 0;
export const STREAM_IN = 1;
export const STREAM_OUT = 2;
export const STREAM_MS = 3;
export const WALL_IN = 4;
export const WALL_OUT = 5;
export const WALL_MS = 6;

/** Tokens per second; `null` where no time was measured. */
export function perSecond(tokens: number, ms: number): number | null {
  return ms > 0 ? tokens / (ms / 1000) : null;
}
