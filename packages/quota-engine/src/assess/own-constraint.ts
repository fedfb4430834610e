import { autoWarnPct, TRUSTED } from "../calibration/summarize.ts";
import type { Tally, TallyWindow, WindowName } from "../ledger/tally.ts";
import { heldBackTokens } from "../shared/others-use.ts";
import type { Constraint, WindowFigures } from "../types.ts";
import { pressureIn } from "./kept-free.ts";

/**
 * Weighs one configured cap, of a model or a pool.
 *
 * Blocked when used + reserved + predicted reach the effective capacity: that is both `used + reserved ≥ capacity`
 * and `predicted ≥ headroom`. Warned by what is used alone.
 *
 * @param tally `null` while nothing was counted yet.
 * @param share What the asking class of traffic leaves free: capacity and warn threshold are that much smaller for it.
 * @returns `null` where no cap is configured in tokens.
 */
export function weighOwn(
  name: string,
  which: WindowName,
  figures: WindowFigures,
  tally: Tally | null,
  warnPct: number,
  predicted: number,
  nowMs: number,
  share = 0,
): Constraint | null {
  const { capacityTokens, usedTokens, usedPct } = figures;
  if (capacityTokens === null || usedPct === null) return null;
  const calibration = tally === null ? null : tally[which].calibration;
  const trusted = calibration !== null && calibration.learned.confidence >= TRUSTED;
  const effective = effectiveCapacity(capacityTokens, tally === null ? null : tally[which], share);
  const threshold = trusted ? autoWarnPct(warnPct, calibration.learned) : warnPct;
  const committed = usedTokens + (tally === null ? 0 : heldIn(tally, which, effective, nowMs));
  const pressure = pressureIn(committed + predicted, effective);
  const constraint: Constraint = {
    name,
    usedPct,
    usedTokens,
    capacityTokens,
    effectiveCapacityTokens: effective,
    headroomTokens: Math.max(0, effective - committed),
    resetAtMs: figures.resetAtMs,
    source: trusted ? "counted" : "config",
    ageMs: 0,
    pressure,
    warned: usedPct >= threshold * (1 - share),
    blocked: pressure >= 1,
  };
  return share > 0 ? { ...constraint, keptFree: share } : constraint;
}

/**
 * What blocks: the configured capacity times the learned bias, once that is trusted, less what is kept free.
 *
 * @param window `null` while nothing was counted yet.
 */
export function effectiveCapacity(capacityTokens: number, window: TallyWindow | null, share: number): number {
  const trusted = window !== null && window.calibration.learned.confidence >= TRUSTED;
  return (trusted ? capacityTokens * window.calibration.trustedBias : capacityTokens) * (1 - share);
}

/** Tokens that are spoken for and not used yet. */
function heldIn(tally: Tally, which: WindowName, effective: number, nowMs: number): number {
  return tally.reserved + tally.reservedByOthers + heldBackTokens(tally[which].others, effective, nowMs);
}
