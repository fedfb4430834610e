import { AT_REST, type Backoff, type BackoffRule, raise, shiftBackoff } from "./backoff.ts";
import type { Probe } from "./limit-mark.ts";

export type PauseKind = "overload" | "throttle";

const PAUSE_RULES: Readonly<Record<PauseKind, BackoffRule>> = {
  overload: { shortestMs: 10_000, longestMs: 60_000 },
  throttle: { shortestMs: 1000, longestMs: 30_000 },
};
const BREAKER_RULE: BackoffRule = { shortestMs: 10_000, longestMs: 1_800_000 };
/** Failures in a row that open the breaker. */
const FAILURES_TO_OPEN = 5;

/** A key may be mended without a word to the gateway: after this long one request tries the lane again. */
export const AUTH_RECHECK_MS = 600_000;

/** Why a lane refused its key, or the plan behind it. */
export interface AuthError {
  readonly reason: string;
  readonly sinceMs: number;
}

/** How a lane is doing, apart from its quota. */
export interface LaneHealth {
  readonly overload: Backoff;
  readonly throttle: Backoff;
  /** `level` above 0: open until its time, then half-open until a success. */
  readonly breaker: Backoff;
  /** Failures in a row. */
  readonly failures: number;
  /** The request that proves a half-open breaker. */
  readonly probe: Probe | null;
  readonly authError: AuthError | null;
  readonly refused: Refused;
}

/** Requests it refused in a row, and when it refused the last. */
export interface Refused {
  readonly count: number;
  readonly lastMs: number;
}

const NONE_REFUSED: Refused = { count: 0, lastMs: 0 };

/** As long as a cooldown by default: what a lane refused before says nothing of now. */
const REFUSED_MS = 300_000;

export const HEALTHY: LaneHealth = {
  overload: AT_REST,
  throttle: AT_REST,
  breaker: AT_REST,
  failures: 0,
  probe: null,
  authError: null,
  refused: NONE_REFUSED,
};

export function pauseLane(
  health: LaneHealth,
  kind: PauseKind,
  askedUntilMs: number | null,
  nowMs: number,
): LaneHealth {
  const paused = raise(health[kind], PAUSE_RULES[kind], { nowMs, askedUntilMs, jitter: 0 });
  return { ...health, [kind]: paused };
}

/** Five failures in a row open the breaker; one more after its time opens it again for twice as long. */
export function failLane(health: LaneHealth, nowMs: number, jitter: number): LaneHealth {
  const failures = health.failures + 1;
  const isOpen = nowMs < health.breaker.untilMs;
  if (isOpen || (failures < FAILURES_TO_OPEN && health.breaker.level === 0)) return { ...health, failures };
  const breaker = raise(health.breaker, BREAKER_RULE, { nowMs, askedUntilMs: null, jitter });
  return { ...health, failures, breaker, probe: null };
}

/** A success closes the breaker and ends all growth; a short pause that runs is left to its end. */
export function restoreLane(health: LaneHealth): LaneHealth {
  return {
    overload: { ...health.overload, level: 0 },
    throttle: { ...health.throttle, level: 0 },
    breaker: AT_REST,
    failures: 0,
    probe: null,
    authError: null,
    refused: NONE_REFUSED,
  };
}

export function refuseOnce(health: LaneHealth, nowMs: number): LaneHealth {
  return { ...health, refused: { count: refusedInRow(health, nowMs) + 1, lastMs: nowMs } };
}

/** 0 once the last of them is too long ago to tell anything. */
export function refusedInRow({ refused }: LaneHealth, nowMs: number): number {
  return nowMs - refused.lastMs < REFUSED_MS ? refused.count : 0;
}

/** A breaker whose time is over, not proved by a success. */
export function isHalfOpen(health: LaneHealth, nowMs: number): boolean {
  return health.breaker.level > 0 && health.breaker.untilMs <= nowMs;
}

/** The latest end of what pauses a lane: while one request proves it, the others wait for that one. */
export function pauseEndMs(health: LaneHealth, nowMs: number): number | null {
  const { overload, throttle, breaker, probe } = health;
  const probedUntil = isHalfOpen(health, nowMs) ? (probe?.deadlineMs ?? 0) : 0;
  const until = Math.max(overload.untilMs, throttle.untilMs, breaker.untilMs, probedUntil);
  return until > nowMs ? until : null;
}

/** What is left of each pause stays when the wall clock is moved. */
export function shiftHealth(health: LaneHealth, byMs: number): LaneHealth {
  const { authError, probe, refused } = health;
  return {
    ...health,
    refused: { ...refused, lastMs: refused.lastMs + byMs },
    overload: shiftBackoff(health.overload, byMs),
    throttle: shiftBackoff(health.throttle, byMs),
    breaker: shiftBackoff(health.breaker, byMs),
    authError: authError === null ? null : { ...authError, sinceMs: authError.sinceMs + byMs },
    probe: probe === null ? null : { ...probe, deadlineMs: probe.deadlineMs + byMs },
  };
}
