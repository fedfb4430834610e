import type { TokenWeights } from "./token-usage.ts";
import type { LaneId, TrafficClass } from "./words.ts";

export const ROLLING_WINDOW_MS = 18_000_000;
export const WEEKLY_WINDOW_MS = 604_800_000;
export const DEFAULT_WARN_PCT = 0.8;
/** As long as an unused prompt cache commonly lives. */
export const DEFAULT_DWELL_SEC = 300;

/** `sliding`: the last N seconds. `anchored`: starts with the first request, then drops at once. `fixed`: a weekday and time. */
export type RollingKind = "sliding" | "anchored";
export type WeeklyKind = "sliding" | "fixed";

/** When a fixed weekly window resets, in UTC. `weekday` 0 is Sunday. */
export interface WeeklyAnchor {
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
}

/** Share of each window, 0..1, that a class of traffic leaves free for the main agent. 0: none. */
export type ClassReserve = Readonly<Record<Exclude<TrafficClass, "main">, number>>;

/** The caps of one model (or of each model a glob matches), or of a pool of models. */
export interface QuotaRule {
  readonly lane: LaneId;
  /** Counted tokens per rolling window; `null` where no cap is configured. */
  readonly rollingTokens: number | null;
  readonly rollingKind: RollingKind;
  /** Only `tokens` warns or blocks; `hours` is telemetry. */
  readonly weeklyLimitType: "tokens" | "hours";
  readonly weeklyLimitValue: number | null;
  readonly weeklyKind: WeeklyKind;
  readonly weeklyAnchor: WeeklyAnchor | null;
  /** Ratio of the cap at which a window warns. */
  readonly warnPct: number;
  readonly weights: TokenWeights;
  readonly reserve: ClassReserve;
}

export interface ModelQuota extends QuotaRule {
  /** Model name or glob, as the user wrote it. */
  readonly key: string;
}

export interface PoolQuota extends QuotaRule {
  readonly name: string;
  /** Names or globs of the models that draw on this pool. */
  readonly models: readonly string[];
}

/** Where preemptive mode leaves the preferred lane: at the cap, or already at the warn threshold. */
export const PREEMPT_POINTS = ["block", "warn"] as const;
export type PreemptAt = (typeof PREEMPT_POINTS)[number];

export interface QuotaConfig {
  readonly rollingMs: number;
  readonly weeklyMs: number;
  /** Read by `preemptive` mode only. */
  readonly preemptAt: PreemptAt;
  /** How long a session stays on the lane it was moved to, seconds; 0: not at all. */
  readonly dwellSec: number;
  readonly models: readonly ModelQuota[];
  readonly pools: readonly PoolQuota[];
}

const WINDOW_UNITS = [
  ["d", 86_400],
  ["h", 3600],
  ["m", 60],
] as const;

/**
 * Name of a window by its length in seconds.
 *
 * @example
 * windowName(18_000); // => "5h"
 */
export function windowName(seconds: number): string {
  const unit = WINDOW_UNITS.find(([, size]) => seconds >= size && seconds % size === 0);
  return unit === undefined ? `${Math.round(seconds)}s` : `${seconds / unit[1]}${unit[0]}`;
}
