import type { QuotaRule } from "@ccp/usage-contract";
import { autoWarnPct, TRUSTED } from "../calibration/summarize.ts";
import { capacityOf, type Tally, type TallyWindow, type WindowName } from "../ledger/tally.ts";
import type { Constraint } from "../types.ts";
import type { Instant } from "../window/logical-clock.ts";

/**
 * Weighs one configured cap, of a model or a pool.
 *
 * Blocked when used + reserved + predicted reach the effective capacity: that is both `used + reserved ≥ capacity`
 * and `predicted ≥ headroom`. Warned by what is used alone.
 *
 * @param tally `null` while nothing was counted yet.
 * @returns `null` where no cap is configured in tokens.
 */
export function weighOwn(
  name: string,
  which: WindowName,
  tally: Tally | null,
  rule: QuotaRule,
  predicted: number,
  at: Instant,
): Constraint | null {
  const capacity = capacityOf(which, rule);
  if (capacity === null) return null;
  if (tally === null) return untouched(name, capacity, predicted);
  const { calibration, counter }: TallyWindow = tally[which];
  const usedTokens = counter.usedTokens(rule.weights);
  const usedPct = usedTokens / capacity;
  const effective = capacity * calibration.trustedBias;
  const committed = usedTokens + tally.reserved;
  const resetMs = counter.resetMs(at.logicalMs);
  const pressure = (committed + predicted) / effective;
  return {
    name,
    usedPct,
    usedTokens,
    capacityTokens: capacity,
    effectiveCapacityTokens: effective,
    headroomTokens: Math.max(0, effective - committed),
    resetAtMs: resetMs === null ? null : resetMs - at.offsetMs,
    source: calibration.learned.confidence >= TRUSTED ? "counted" : "config",
    ageMs: 0,
    pressure,
    warned: usedPct >= autoWarnPct(rule.warnPct, calibration.learned),
    blocked: pressure >= 1,
  };
}

function untouched(name: string, capacity: number, predicted: number): Constraint {
  return {
    name,
    usedPct: 0,
    usedTokens: 0,
    capacityTokens: capacity,
    effectiveCapacityTokens: capacity,
    headroomTokens: capacity,
    resetAtMs: null,
    source: "config",
    ageMs: 0,
    pressure: predicted / capacity,
    warned: false,
    blocked: predicted >= capacity,
  };
}
