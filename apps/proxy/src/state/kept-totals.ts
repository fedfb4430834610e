import type { WriteOp } from "./journaled.ts";

/** Sums since the gateway was started: what people are shown without a Prometheus. */
export interface Totals {
  rerouted: number;
  wastedRetryMs: number;
}

/** Sums that a crash does not end. */
export interface KeptTotals extends Totals {
  add(rerouted: number, wastedRetryMs: number): void;
  snapshot(): unknown;
  restore(snapshot: unknown): void;
}

export function createKeptTotals(write: WriteOp): KeptTotals {
  const sums: Totals = { rerouted: 0, wastedRetryMs: 0 };
  const told = (rerouted: number, wastedRetryMs: number): void => {
    sums.rerouted += rerouted;
    sums.wastedRetryMs += wastedRetryMs;
    write(["totals", "add", rerouted, wastedRetryMs]);
  };
  return {
    get rerouted() {
      return sums.rerouted;
    },
    set rerouted(value) {
      told(value - sums.rerouted, 0);
    },
    get wastedRetryMs() {
      return sums.wastedRetryMs;
    },
    set wastedRetryMs(value) {
      told(0, value - sums.wastedRetryMs);
    },
    add(rerouted, wastedRetryMs) {
      sums.rerouted += amount(rerouted);
      sums.wastedRetryMs += amount(wastedRetryMs);
    },
    snapshot: () => ({ ...sums }),
    restore(snapshot) {
      const { rerouted, wastedRetryMs } = (snapshot ?? {}) as Partial<Record<keyof Totals, unknown>>;
      sums.rerouted = amount(rerouted);
      sums.wastedRetryMs = amount(wastedRetryMs);
    },
  };
}

function amount(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}
