import { ascending, percentile } from "./percentile.ts";
import { MAX_SAMPLES } from "./sample-ring.ts";

/** Nothing learned is used below this confidence. */
export const TRUSTED = 0.5;
/** So many gap samples make a gap worth correcting with: the same n/(n+4) ≥ 0.5 as for confidence. */
export const TRUSTED_GAPS = 4;

const ROUNDING = 1e-9;

export interface GapSummary {
  readonly p50: number | null;
  readonly p95: number | null;
  readonly samples: number;
}

/** Gaps that a limit probe measured, in seconds. */
export interface GapSeed {
  readonly p50: number;
  readonly p95: number;
  readonly samples: number;
}

export interface BiasSummary {
  /** Median; `null` without samples. */
  readonly bias: number | null;
  readonly confidence: number;
  readonly samples: number;
}

/**
 * Sums up gap samples (seconds, any order). A seed stands as it is while there are no samples, then counts as
 * `seed.samples` samples at its p50.
 *
 * @example
 * summarizeGaps([240, 120, 180], null); // => { p50: 180, p95: 234, samples: 3 }
 */
export function summarizeGaps(samples: readonly number[], seed: GapSeed | null): GapSummary {
  if (seed === null || seed.samples <= 0) return gapsOf(samples);
  if (samples.length === 0) return { p50: seed.p50, p95: seed.p95, samples: seed.samples };
  const seeded = Array.from({ length: Math.min(seed.samples, MAX_SAMPLES) }, () => seed.p50);
  return gapsOf([...samples, ...seeded]);
}

function gapsOf(samples: readonly number[]): GapSummary {
  const sorted = ascending(samples);
  return { p50: percentile(sorted, 0.5), p95: percentile(sorted, 0.95), samples: sorted.length };
}

/**
 * Median of ratios and how far it can be trusted: `n / (n + 4) × max(0, 1 − IQR / median)`, 0 without samples.
 *
 * @example
 * summarizeRatios([0.6, 0.6, 0.6, 0.6, 0.6]); // => { bias: 0.6, confidence: 0.5555555555555556, samples: 5 }
 */
export function summarizeRatios(samples: readonly number[]): BiasSummary {
  const sorted = ascending(samples);
  const median = percentile(sorted, 0.5);
  if (median === null || !(median > 0)) return { bias: median, confidence: 0, samples: sorted.length };
  const spread = ((percentile(sorted, 0.75) ?? 0) - (percentile(sorted, 0.25) ?? 0)) / median;
  // Equal samples may differ in their last bits; four of them must reach 0.5, not miss it by a bit.
  const agreement = spread < ROUNDING ? 1 : Math.max(0, 1 - spread);
  const confidence = (sorted.length / (sorted.length + 4)) * agreement;
  return { bias: median, confidence, samples: sorted.length };
}

/**
 * Where to warn: the configured ratio times the bias, within 5 % and 99 %, once the bias is trusted; before that
 * exactly the configured ratio.
 */
export function autoWarnPct(warnPct: number, learned: BiasSummary): number {
  if (learned.bias === null || learned.confidence < TRUSTED) return warnPct;
  return Math.min(0.99, Math.max(0.05, warnPct * learned.bias));
}
