import type { LaneUsage, LaneVerdictView, LaneWindow, ModelUsage, UsageView } from "@ccp/usage-contract";
import { DEFAULT_WARN_PCT } from "@ccp/usage-contract/core";

/** State of one row. `cooldown` has the seconds left, or `null` where no end is known. */
export type RowState =
  | { readonly kind: "ok" | "warn" | "block" | "unknown" | "disabled" | "auth_error" }
  | { readonly kind: "cooldown"; readonly leftSec: number | null };

export interface RowShare {
  readonly usedPct: number | null;
  /** It is the fullest of its model or lane. */
  readonly binds: boolean;
}

/**
 * State of one window of what a verdict is about. What shuts a lane shows on every row; a warning or a block on the
 * window that binds, and the others show their own.
 *
 * @param warnPct Share from which a window that does not bind warns.
 */
export function rowState(verdict: LaneVerdictView, row: RowShare, warnPct: number, nowSec: number): RowState {
  const whole = verdictState(verdict, nowSec);
  if (whole.kind !== "ok" && whole.kind !== "warn" && whole.kind !== "block" && whole.kind !== "unknown")
    return whole;
  if (row.binds && whole.kind !== "unknown") return whole;
  if (row.usedPct === null) return { kind: whole.kind === "ok" ? "ok" : "unknown" };
  if (row.usedPct >= 1) return { kind: "block" };
  return { kind: row.usedPct >= warnPct ? "warn" : "ok" };
}

/**
 * State of one of a lane's own windows. A cooldown shows on the window that binds. A warning or a block of the lane may
 * come from one model's cap, so each window shows its own.
 */
export function laneRowState(lane: LaneUsage, window: LaneWindow, binds: boolean, nowSec: number): RowState {
  const { state, until_ts } = lane;
  const { used_pct, reset_ts } = window;
  if (state === "disabled" || state === "auth_error") return { kind: state };
  if (binds && state === "cooldown") return verdictState({ state, until_ts: until_ts ?? reset_ts }, nowSec);
  if (used_pct === null) return { kind: "unknown" };
  if (used_pct >= 1) return { kind: "block" };
  return { kind: used_pct >= DEFAULT_WARN_PCT ? "warn" : "ok" };
}

/** State of a lane as a whole. */
export function laneState({ state, until_ts = null }: LaneUsage, nowSec: number): RowState {
  return verdictState({ state, until_ts }, nowSec);
}

/** State of a model as a whole, on its own lane. */
export function modelState(model: ModelUsage, view: UsageView, nowSec: number): RowState {
  return verdictState(modelVerdict(model, view.lanes), nowSec);
}

export function verdictState({ state, until_ts }: LaneVerdictView, nowSec: number): RowState {
  if (state !== "cooldown") return { kind: state };
  return { kind: state, leftSec: until_ts === null ? null : Math.max(0, until_ts - nowSec) };
}

/** What the gateway says of a model on its own lane; from one that does not say, what its flags say. */
export function modelVerdict(model: ModelUsage, lanes: UsageView["lanes"]): LaneVerdictView {
  if (model.verdict !== undefined) return model.verdict;
  const lane = Object.hasOwn(lanes, model.provider) ? lanes[model.provider] : undefined;
  const told = { until_ts: null, used_pct: fuller(model.rolling_pct, model.weekly_pct) };
  if (lane?.state === "disabled" || lane?.state === "auth_error") return { ...told, state: lane.state };
  if (model.cooldown_active) return { ...told, state: "cooldown", until_ts: model.cooldown_next_ts };
  if (model.block || (told.used_pct ?? 0) >= 1) return { ...told, state: "block" };
  if (model.warn || (told.used_pct ?? 0) >= warnThreshold(model)) return { ...told, state: "warn" };
  return { ...told, state: told.used_pct === null && model.reqs === 0 ? "unknown" : "ok" };
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
