import type { LaneState } from "../ledger/lane-state.ts";
import type { Constraint } from "../types.ts";
import type { CurrentReading, DeclaredWindow } from "./declared-windows.ts";
import { pressureIn } from "./kept-free.ts";

/** A full ratio that is not believed any more (old, and no reset) binds nearly, and must not block by itself. */
const JUST_BELOW_FULL = 0.999;

/**
 * Weighs a window that the lane itself declares. Without learned units only its ratio is known, and only a spent
 * window blocks; with them, what was counted and reserved since the reading is added.
 *
 * @param share What the asking class of traffic leaves free: a ratio that leaves less blocks that class.
 */
export function weighDeclared(
  lane: LaneState,
  window: DeclaredWindow,
  reading: CurrentReading,
  warnPct: number,
  predicted: number,
  logicalMs: number,
  share: number,
): Constraint {
  const { capacity, usedTokens } = learnedTokens(lane, window, reading);
  const committed = usedTokens === null ? 0 : usedTokens + lane.reserved;
  const effective = capacity === null ? null : capacity * (1 - share);
  const learned = effective === null ? 0 : pressureIn(committed + predicted, effective);
  const pressure = Math.max(declaredPressure(reading, share), learned);
  const constraint: Constraint = {
    name: window.constraintName,
    usedPct: reading.usedRatio,
    usedTokens,
    capacityTokens: capacity,
    effectiveCapacityTokens: effective,
    headroomTokens: effective === null ? null : Math.max(0, effective - committed),
    resetAtMs: reading.resetAtMs,
    source: window.source,
    ageMs: logicalMs - window.observedMs,
    pressure,
    warned: isWarned(window, reading, warnPct * (1 - share)),
    blocked: pressure >= 1,
  };
  return share > 0 ? { ...constraint, keptFree: share } : constraint;
}

/** Used and whole of a declared window in counted tokens; `null` until what a point is has been learned well enough. */
export function learnedTokens(
  lane: LaneState,
  window: DeclaredWindow,
  reading: CurrentReading,
):
  | { readonly capacity: number; readonly usedTokens: number }
  | { readonly capacity: null; readonly usedTokens: null } {
  const capacity = learnedCapacity(lane, window, reading);
  if (capacity === null) return { capacity, usedTokens: null };
  const sinceTokens = Math.max(0, lane.countedTokens - window.countedTokens);
  return { capacity, usedTokens: (reading.usedRatio ?? 0) * capacity + sinceTokens };
}

function declaredPressure(reading: CurrentReading, share: number): number {
  const { usedRatio, spent, believed } = reading;
  if (spent) return Math.max(1, usedRatio ?? 0);
  // Unknown blocks nobody, however much is kept free.
  if (usedRatio === null) return 0;
  const ratio = pressureIn(usedRatio, 1 - share);
  return believed && share > 0 ? ratio : Math.min(ratio, JUST_BELOW_FULL);
}

function isWarned(window: DeclaredWindow, reading: CurrentReading, warnPct: number): boolean {
  if (reading.spent) return true;
  if (reading.usedRatio !== null) return reading.usedRatio >= warnPct;
  return reading.resetAtMs !== null && window.status === "allowed_warning";
}

function learnedCapacity(lane: LaneState, window: DeclaredWindow, reading: CurrentReading): number | null {
  // A model-scoped window takes only some of the lane's tokens, and which of them is not known.
  if (window.scope !== "account" || reading.usedRatio === null) return null;
  return lane.units.byWindow.get(window.name)?.capacityTokens ?? null;
}
