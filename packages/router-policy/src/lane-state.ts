import type { LaneFacts } from "./routing-snapshot.ts";

/** Paused by overload, throttle or the circuit breaker. */
export function isPaused(lane: LaneFacts, nowMs: number): boolean {
  return lane.pausedUntilMs !== null && lane.pausedUntilMs > nowMs;
}

/** No room: by the count, by the lane's own word, or because this request would not fit. Unknown never blocks. */
export function isBlocked(lane: LaneFacts): boolean {
  return lane.blocked || (lane.headroomTokens !== null && lane.predictedTokens >= lane.headroomTokens);
}

/** At or past the warn threshold. */
export function isWarned(lane: LaneFacts): boolean {
  return lane.warned || isBlocked(lane);
}

/**
 * Spent by a fact that a lane stated: a limit it answered, whose end it named or whose cooldown runs, or a window it
 * declares.
 */
export function isSpent(lane: LaneFacts, nowMs: number): boolean {
  const { state } = lane.mark;
  if (state === "declared" || state === "own") return true;
  return lane.spentUntilMs !== null && lane.spentUntilMs > nowMs;
}

/** When a spent lane opens again: once its mark and its declared window are both past. `null`: unknown. */
export function opensAtMs(lane: LaneFacts): number | null {
  const { mark, spentUntilMs } = lane;
  if (mark.untilMs === null || spentUntilMs === null) return mark.untilMs ?? spentUntilMs;
  return Math.max(mark.untilMs, spentUntilMs);
}
