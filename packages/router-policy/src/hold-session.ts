import { DEFAULT_DWELL_SEC } from "@ccp/usage-contract/core";
import type { Choice } from "./choose-lane.ts";
import type { Explained } from "./decision.ts";
import { isBlocked, isPaused, isSpent } from "./lane-state.ts";
import type { RuleVerdict } from "./modes/rule.ts";
import { renderWait } from "./render-wait.ts";
import type { LaneFacts } from "./routing-snapshot.ts";
import { mayGoTo, type Situation } from "./situation.ts";

/**
 * The lane that the request's session came to less than the dwell ago. A lane holds nobody that cannot be asked, or that
 * is marked, spent, paused or without room.
 */
export function heldLane(situation: Situation): LaneFacts | null {
  const { session, dwellSec = DEFAULT_DWELL_SEC } = situation.snapshot;
  if (session === undefined || session === null) return null;
  // A time ahead counts as its distance: what a clock that was set back left behind holds nobody for long.
  if (!(Math.abs(situation.nowMs - session.atMs) < dwellSec * 1000)) return null;
  return openLane(situation);
}

/**
 * What keeps a session on the fallback that holds it, when the rules would only take it back to the preferred lane:
 * both lanes serve, and each way costs a prompt cache. `null` where it returns: above all to prove a lane whose
 * cooldown is over, for somebody must.
 */
export function stayAway(situation: Situation, held: LaneFacts | null): (Explained & Choice) | null {
  const { preferred } = situation;
  if (held === null || held === preferred || preferred.mark.state === "half_open") return null;
  return {
    lane: held,
    probe: false,
    decision: "reroute_policy",
    rerouteDecision: "quota_cooldown",
    reason: `${preferred.lane} would take the request, but its session has been on ${held.lane} for only ${onLaneFor(situation)}`,
  };
}

/**
 * A rule that leaves the preferred lane for its warn threshold alone yields to the session: within the dwell, and as
 * long as the move would not pay. Any other verdict stands.
 *
 * @param choice Where the request would go; `null` where there is nowhere to go.
 */
export function stayAtWarn(situation: Situation, verdict: RuleVerdict, choice: Choice | null): RuleVerdict {
  const { preferred } = situation;
  if (verdict.rerouteDecision !== "quota_preemptive_warn" || choice === null) return verdict;
  if (heldLane(situation) === preferred) {
    return stay(verdict, `its session has been on it for only ${onLaneFor(situation)}`);
  }
  const cached = openLane(situation) === preferred ? (situation.snapshot.session?.cachedTokens ?? 0) : 0;
  return cached > 0 && !pays(preferred, choice.lane)
    ? stay(
        verdict,
        `it holds ${cached} cached tokens of the session, and ${choice.lane.lane} has too little room to pay for them`,
      )
    : verdict;
}

/**
 * Whether a move for a warning pays: after it has taken the whole prompt uncached, the other lane must have at least as
 * much room left as the preferred one has now. Where a room is not known, the operator's wish to leave stands.
 */
function pays(preferred: LaneFacts, other: LaneFacts): boolean {
  if (preferred.headroomTokens === null || other.headroomTokens === null) return true;
  return other.headroomTokens - other.predictedTokens >= preferred.headroomTokens;
}

function stay({ reason }: RuleVerdict, but: string): RuleVerdict {
  return { leave: false, rerouteDecision: "quota_warn_attempt", reason: `${reason}, but ${but}` };
}

/** The session's lane, if it would serve. */
function openLane({ snapshot, nowMs }: Situation): LaneFacts | null {
  const lane = snapshot.lanes.find((facts) => facts.lane === snapshot.session?.lane);
  if (lane === undefined || !mayGoTo(snapshot, lane) || lane.mark.state !== "none") return null;
  return isSpent(lane, nowMs) || isPaused(lane, nowMs) || isBlocked(lane) ? null : lane;
}

function onLaneFor({ snapshot, nowMs }: Situation): string {
  return renderWait(nowMs - (snapshot.session?.atMs ?? nowMs));
}
