import type { LaneUsage, ModelUsage } from "@ccp/usage-contract";
import { DEFAULT_WARN_PCT, type LaneState } from "@ccp/usage-contract/core";

/** State of one row. `cool` has the seconds left, or `null` where no end is known. */
export type RowState =
  | { readonly kind: "ok" | "warn" | "block" | "unknown" | "disabled" | "auth_error" }
  | { readonly kind: "cooldown"; readonly leftSec: number | null };

/**
 * State of one window of a model. A warning or a block is the model's, not a window's, so it shows on the window
 * that binds (the fuller one); the other one shows its own.
 */
export function modelRowState(
  model: ModelUsage,
  lane: LaneUsage | undefined,
  row: { readonly usedPct: number | null; readonly binds: boolean },
  nowSec: number,
): RowState {
  const off = laneOff(lane?.state);
  if (off !== null) return off;
  if (model.cooldown_active) return cooldown(model.cooldown_next_ts, nowSec);
  if (row.binds && model.block) return { kind: "block" };
  if (row.binds && model.warn) return { kind: "warn" };
  if (row.usedPct === null) return { kind: "unknown" };
  if (row.usedPct >= 1) return { kind: "block" };
  return { kind: row.usedPct >= warnThreshold(model) ? "warn" : "ok" };
}

/**
 * State of one of a lane's own windows. A cooldown is the lane's and shows on the window that binds. A warning or
 * a block of the lane may come from one model's cap, so each window shows its own.
 */
export function laneRowState(
  lane: LaneUsage,
  row: { readonly usedPct: number | null; readonly binds: boolean; readonly resetTs: number | null },
  nowSec: number,
): RowState {
  const off = laneOff(lane.state);
  if (off !== null) return off;
  if (row.binds && lane.state === "cooldown") return cooldown(row.resetTs, nowSec);
  if (row.usedPct === null) return { kind: "unknown" };
  if (row.usedPct >= 1) return { kind: "block" };
  return { kind: row.usedPct >= DEFAULT_WARN_PCT ? "warn" : "ok" };
}

/** State of a lane as a whole. */
export function laneState(lane: LaneUsage, nowSec: number, untilTs: number | null): RowState {
  return lane.state === "cooldown" ? cooldown(untilTs, nowSec) : { kind: lane.state };
}

/** State of a model as a whole. */
export function modelState(model: ModelUsage, lane: LaneUsage | undefined, nowSec: number): RowState {
  const usedPct = fuller(model.rolling_pct, model.weekly_pct);
  return modelRowState(model, lane, { usedPct, binds: true }, nowSec);
}

/** The learned threshold counts once it is trusted; before that the configured one. */
export function warnThreshold(model: ModelUsage): number {
  return isAuto(model) ? model.warn_pct_auto : model.warn_pct;
}

const TRUSTED_CONFIDENCE = 0.5;

export function isAuto(model: ModelUsage): boolean {
  return model.warn_pct_confidence >= TRUSTED_CONFIDENCE;
}

export function fuller(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}

function laneOff(state: LaneState | undefined): RowState | null {
  return state === "disabled" || state === "auth_error" ? { kind: state } : null;
}

function cooldown(untilTs: number | null, nowSec: number): RowState {
  return { kind: "cooldown", leftSec: untilTs === null ? null : Math.max(0, untilTs - nowSec) };
}
