import { autoWarnPct, TRUSTED } from "../calibration/summarize.ts";
import type { Tally, WindowName } from "../ledger/tally.ts";
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
  share = 0,
): Constraint | null {
  const { capacityTokens, usedTokens, usedPct } = figures;
  if (capacityTokens === null || usedPct === null) return null;
  const calibration = tally === null ? null : tally[which].calibration;
  const trusted = calibration !== null && calibration.learned.confidence >= TRUSTED;
  const whole = trusted ? capacityTokens * calibration.trustedBias : capacityTokens;
  const effective = whole * (1 - share);
  const threshold = trusted ? autoWarnPct(warnPct, calibration.learned) : warnPct;
  const committed = usedTokens + (tally === null ? 0 : tally.reserved);
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
