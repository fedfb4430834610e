import type { TokenWeights } from "@ccp/usage-contract";
import { weigh } from "../window/columns.ts";
import { RESET_JITTER_MS } from "../window/window-counter.ts";

/** Declared ratios have two decimals and lag: only a rise of three points or more is measured. */
export const MIN_SPAN_RATIO = 0.03;
/** The same, safe from the rounding of two decimals subtracted. */
const SPAN_REACHED = MIN_SPAN_RATIO - 1e-9;
/** A share of the lane's traffic from which on a model (or pool) stands for the whole lane. */
export const DOMINANT_SHARE = 0.8;

/** Where a span of declared utilisation began, and what had been counted by then. */
export interface SpanBase {
  readonly ratio: number;
  /** Epoch ms. */
  readonly resetAtMs: number | null;
  readonly own: Float64Array;
  readonly lane: Float64Array;
}

export interface SpanPoint {
  readonly ratio: number;
  readonly resetAtMs: number | null;
  /** Raw classes counted so far for the model or pool; not kept. */
  readonly own: Float64Array;
  /** The same for its whole lane. */
  readonly lane: Float64Array;
}

/**
 * Extends a span by one reading.
 *
 * @param capacityTokens What the ratio is calculated against.
 * @returns The span to keep and, once it is long enough, the bias: calculated ÷ declared rise. `null` while it is
 *   short, and where others made more than a fifth of the lane's traffic: their tokens moved the ratio as well.
 */
export function extendSpan(
  base: SpanBase | null,
  point: SpanPoint,
  weights: TokenWeights,
  capacityTokens: number,
): { base: SpanBase; bias: number | null } {
  if (base === null || !sameWindow(base, point)) return { base: toBase(point), bias: null };
  const rise = point.ratio - base.ratio;
  if (rise < SPAN_REACHED) return { base, bias: null };
  const own = weigh(point.own, weights) - weigh(base.own, weights);
  const lane = weigh(point.lane, weights) - weigh(base.lane, weights);
  const bias = own > 0 && own >= lane * DOMINANT_SHARE ? own / capacityTokens / rise : null;
  return { base: toBase(point), bias };
}

function sameWindow(base: SpanBase, point: SpanPoint): boolean {
  if (point.ratio < base.ratio) return false;
  if (base.resetAtMs === null || point.resetAtMs === null) return base.resetAtMs === point.resetAtMs;
  return Math.abs(point.resetAtMs - base.resetAtMs) < RESET_JITTER_MS;
}

function toBase(point: SpanPoint): SpanBase {
  return { ratio: point.ratio, resetAtMs: point.resetAtMs, own: point.own.slice(), lane: point.lane.slice() };
}
