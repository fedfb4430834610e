import { isBlocked, isPaused, isSpent } from "./lane-state.ts";
import type { LaneFacts } from "./routing-snapshot.ts";

/** The lane to go to. */
export interface Choice {
  readonly lane: LaneFacts;
  /** Its cooldown is over and nobody has proved it yet: this request does. */
  readonly probe: boolean;
}

/**
 * Chooses where a request goes that does not go to its preferred lane. A spent lane is never chosen. Of the others,
 * the first in the route's order of the best kind there is:
 * 1. open
 * 2. cooldown over, to be proved by this request
 * 3. perhaps too small for the conversation
 * 4. blocked by our own count alone: counts err, and only the upstream can refuse
 * 5. paused (the one that opens first, not the first in order)
 * 6. being proved by another request
 *
 * @param candidates Usable lanes that this request has not tried, in the route's order.
 * @param held An open lane that holds the request's session: it goes before other open ones.
 * @returns `null` when there is none but spent ones.
 */
export function chooseLane(
  candidates: readonly LaneFacts[],
  nowMs: number,
  held: LaneFacts | null = null,
): Choice | null {
  if (held !== null && candidates.includes(held)) return { lane: held, probe: false };
  let best: LaneFacts | null = null;
  for (const lane of candidates) {
    if (isSpent(lane, nowMs)) continue;
    if (best === null || isBetter(lane, best, nowMs)) best = lane;
  }
  return best === null ? null : { lane: best, probe: isUnproved(best) };
}

/** Whether a request that goes there is the one that proves it. */
export function isUnproved(lane: LaneFacts): boolean {
  return lane.mark.state === "half_open";
}

/** Whether nothing speaks against going to a lane that can be asked. */
export function isSurelyOpen(lane: LaneFacts, nowMs: number): boolean {
  return !isSpent(lane, nowMs) && rankOf(lane, nowMs) === OPEN;
}

const OPEN = 1;
const PAUSED = 5;

function isBetter(lane: LaneFacts, best: LaneFacts, nowMs: number): boolean {
  const rank = rankOf(lane, nowMs);
  const bestRank = rankOf(best, nowMs);
  if (rank !== bestRank || rank !== PAUSED) return rank < bestRank;
  return (lane.pausedUntilMs ?? 0) < (best.pausedUntilMs ?? 0);
}

function rankOf(lane: LaneFacts, nowMs: number): number {
  if (lane.mark.state === "probing") return 6;
  if (isPaused(lane, nowMs)) return PAUSED;
  if (isBlocked(lane)) return 4;
  if (lane.mayBeTooSmall === true) return 3;
  return isUnproved(lane) ? 2 : OPEN;
}
