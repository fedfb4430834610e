/** The gateway's clock between two of its answers. */
export interface ServerClock {
  /** An answer said it is `serverTs` (epoch seconds); it came at `localMs` of the page's own monotonic clock. */
  observe(serverTs: number, localMs: number): void;
  /** Epoch seconds by the gateway's clock. */
  now(localMs: number): number;
}

/** A demo's clock runs 60 times as fast; nothing should run faster by mistake. */
const MAX_RATE = 120;
/** Two answers closer than this say nothing of a rate: the time they were under way is as long. */
const MIN_SPAN_MS = 500;

/**
 * Countdowns tick by the page's clock, from where the gateway's stood. Where that one runs faster, as in the demo, the
 * rate is taken from its own answers; otherwise each of them would make the countdowns jump.
 *
 * @param isFast Whether the gateway's clock may run at another rate at all.
 */
export function createServerClock(isFast: boolean): ServerClock {
  let known: { serverTs: number; localMs: number } | null = null;
  let rate = 1;
  return {
    observe(serverTs, localMs) {
      if (isFast && known !== null && localMs - known.localMs >= MIN_SPAN_MS) {
        const measured = ((serverTs - known.serverTs) * 1000) / (localMs - known.localMs);
        rate = Math.min(MAX_RATE, Math.max(1, measured));
      }
      known = { serverTs, localMs };
    },
    now(localMs) {
      if (known === null) return 0;
      return known.serverTs + ((localMs - known.localMs) / 1000) * rate;
    },
  };
}
