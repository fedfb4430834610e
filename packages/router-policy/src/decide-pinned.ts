import { ANTHROPIC_LANE } from "@ccp/usage-contract/core";
import type { Decision, Explained } from "./decision.ts";
import { isWarned } from "./lane-state.ts";
import { cannotAsk, giveUp } from "./outcome.ts";
import { applyMode, mayGoTo, type Situation } from "./situation.ts";

/** The kill switch: one lane, and no other after it. */
export function decideKillSwitch(situation: Situation): Decision {
  const { snapshot } = situation;
  const lane = snapshot.lanes.find((facts) => facts.lane === ANTHROPIC_LANE);
  const why = `The kill switch sends everything to ${ANTHROPIC_LANE}`;
  if (lane !== undefined && !mayGoTo(snapshot, lane)) return giveUp(`${why}, but ${cannotAsk(lane)}.`);
  if (snapshot.after?.lane === ANTHROPIC_LANE) return giveUp(`${why}, which has answered.`);
  return send(situation, ANTHROPIC_LANE, "failover_paused", `${why}.`);
}

/** The preferred lane was named by hand: that lane, and no other after it. */
export function decideManual(situation: Situation): Decision {
  const { snapshot, preferred } = situation;
  if (!mayGoTo(snapshot, preferred)) return giveUp(`${cannotAsk(preferred)}, and it was named by hand.`);
  return send(situation, preferred.lane, "manual_override", `${preferred.lane} was named by hand.`);
}

/** The rules are shown beside, but do not choose. */
function send(situation: Situation, lane: string, decision: Explained["decision"], reason: string): Decision {
  const isPreferred = lane === situation.preferred.lane;
  return {
    kind: "send",
    lane,
    decision,
    rerouteDecision: applyMode(situation).rerouteDecision,
    reason,
    preferredAttempt: isPreferred && isWarned(situation.preferred),
    probe: false,
    changedLane: !isPreferred,
  };
}
