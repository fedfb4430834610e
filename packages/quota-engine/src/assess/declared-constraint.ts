import type { LaneState } from "../ledger/lane-state.ts";
import type { Constraint } from "../types.ts";
import type { CurrentReading, DeclaredWindow } from "./declared-windows.ts";

/** A full ratio that is not believed any more (old, and no reset) binds nearly, and must not block by itself. */
const JUST_BELOW_FULL = 0.999;

/**
 * Weighs a window that the lane itself declares. Without learned units only its ratio is known, and only a spent
 * window blocks; with them, what was counted and reserved since the reading is added.
 */
export function weighDeclared(
  lane: LaneState,
  window: DeclaredWindow,
  reading: CurrentReading,
  warnPct: number,
  predicted: number,
  logicalMs: number,
): Constraint {
  const capacity = learnedCapacity(lane, window, reading);
  const sinceTokens = Math.max(0, lane.countedTokens - window.countedTokens);
  const usedTokens = capacity === null ? null : (reading.usedRatio ?? 0) * capacity + sinceTokens;
  const committed = usedTokens === null ? 0 : usedTokens + lane.reserved;
  const learned = capacity === null ? 0 : (committed + predicted) / capacity;
  const declared = reading.usedRatio ?? 0;
  const pressure = reading.spent
    ? Math.max(1, declared)
    : Math.max(Math.min(declared, JUST_BELOW_FULL), learned);
  return {
    name: window.constraintName,
    usedPct: reading.usedRatio,
    usedTokens,
    capacityTokens: capacity,
    effectiveCapacityTokens: capacity,
    headroomTokens: capacity === null ? null : Math.max(0, capacity - committed),
    resetAtMs: reading.resetAtMs,
    source: window.source,
    ageMs: logicalMs - window.observedMs,
    pressure,
    warned: isWarned(window, reading, warnPct),
    blocked: pressure >= 1,
  };
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
