import { DEFAULT_WEIGHTS, type QuotaRule } from "@ccp/usage-contract/core";
import { TRUSTED_GAPS } from "../calibration/summarize.ts";
import { capacityOf, type Tally, type TallyWindow, type WindowName } from "../ledger/tally.ts";
import { heldBackTokens, usedByOthers } from "../shared/others-use.ts";
import type { WindowFigures } from "../types.ts";
import type { Instant } from "../window/logical-clock.ts";

const MS_PER_SEC = 1000;

/**
 * Figures of one window of a model or a pool.
 *
 * @param tally Advanced to `at`; `null` while nothing was counted.
 * @param rule `null` where the lane has no quota for it: default weights, no capacity.
 */
export function windowFigures(
  which: WindowName,
  tally: Tally | null,
  rule: QuotaRule | null,
  at: Instant,
): WindowFigures {
  const capacity = rule === null ? null : capacityOf(which, rule);
  if (tally === null) return untouched(capacity);
  const window = tally[which];
  const weights = rule === null ? DEFAULT_WEIGHTS : rule.weights;
  const usedTokens = window.counter.usedTokens(weights) + usedByOthers(window.others, at.logicalMs);
  const resetMs = window.counter.resetMs(at.logicalMs);
  return {
    usedTokens,
    capacityTokens: capacity,
    usedPct: capacity === null ? null : usedTokens / capacity,
    headroomPct: capacity === null ? null : headroomPct(capacity, usedTokens, tally, window, at.logicalMs),
    resetAtMs: resetMs === null ? null : resetMs - at.offsetMs,
    etaSec: resetMs === null || usedTokens === 0 ? 0 : etaSec(window, resetMs, at.logicalMs),
  };
}

function headroomPct(
  capacity: number,
  usedTokens: number,
  tally: Tally,
  window: TallyWindow,
  nowMs: number,
): number {
  const held = tally.reserved + tally.reservedByOthers + heldBackTokens(window.others, capacity, nowMs);
  return Math.max(0, (capacity - usedTokens - held) / capacity);
}

function untouched(capacity: number | null): WindowFigures {
  const known = capacity !== null;
  return {
    usedTokens: 0,
    capacityTokens: capacity,
    usedPct: known ? 0 : null,
    headroomPct: known ? 1 : null,
    resetAtMs: null,
    etaSec: 0,
  };
}

/** A calculated reset is corrected by the learned gap; a declared one needs no correction. */
function etaSec(window: TallyWindow, resetMs: number, nowMs: number): number {
  const seconds = (resetMs - nowMs) / MS_PER_SEC;
  const { p50, samples } = window.calibration.gap;
  if (p50 === null || samples < TRUSTED_GAPS || window.counter.declared) return Math.max(0, seconds);
  return Math.max(0, seconds - p50);
}
