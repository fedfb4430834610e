import type { RerouteMode } from "@ccp/usage-contract";
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
  mode: RerouteMode,
  nowMs: number,
  held: LaneFacts | null = null,
): Choice | null {
  if (held !== null && candidates.includes(held)) return { lane: held, probe: false };
  let best: LaneFacts | null = null;
  for (const lane of candidates) {
    if (isSpent(lane, mode, nowMs)) continue;
    if (best === null || isBetter(lane, best, mode, nowMs)) best = lane;
  }
  return best === null ? null : { lane: best, probe: isUnproved(best, mode) };
}

/** Whether a request that goes there is the one that proves it. */
export function isUnproved(lane: LaneFacts, mode: RerouteMode): boolean {
  return mode !== "run2cap" && lane.mark.state === "half_open";
}

/** Whether nothing speaks against going to a lane that can be asked. */
export function isSurelyOpen(lane: LaneFacts, mode: RerouteMode, nowMs: number): boolean {
  return !isSpent(lane, mode, nowMs) && rankOf(lane, mode, nowMs) === OPEN;
}

const OPEN = 1;
const PAUSED = 5;

function isBetter(lane: LaneFacts, best: LaneFacts, mode: RerouteMode, nowMs: number): boolean {
  const rank = rankOf(lane, mode, nowMs);
  const bestRank = rankOf(best, mode, nowMs);
  if (rank !== bestRank || rank !== PAUSED) return rank < bestRank;
  return (lane.pausedUntilMs ?? 0) < (best.pausedUntilMs ?? 0);
}

function rankOf(lane: LaneFacts, mode: RerouteMode, nowMs: number): number {
  if (mode !== "run2cap" && lane.mark.state === "probing") return 6;
  if (isPaused(lane, nowMs)) return PAUSED;
  if (isBlocked(lane)) return 4;
  if (lane.mayBeTooSmall === true) return 3;
  return isUnproved(lane, mode) ? 2 : OPEN;
}
