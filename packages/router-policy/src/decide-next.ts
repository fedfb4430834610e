import { chooseLane } from "./choose-lane.ts";
import type { Decision } from "./decision.ts";
import { giveUp, refuse, sendElsewhere } from "./outcome.ts";
import type { RoutingSnapshot } from "./routing-snapshot.ts";
import { isEveryLaneSpent, mayGoTo, type Situation } from "./situation.ts";

/** An attempt met a limit or a failure: the next lane at once, or the end. */
export function decideNext(situation: Situation, after: NonNullable<RoutingSnapshot["after"]>): Decision {
  const { snapshot, preferred, others, nowMs } = situation;
  const isLimit = after.kind === "limit";
  const reason = isLimit ? `${after.lane} answered a limit` : `${after.lane} failed`;
  // The preferred lane may be untried: a rule left it, and now it is one of those that are left.
  const candidates = mayGoTo(snapshot, preferred) ? [preferred, ...others] : others;
  const choice = chooseLane(candidates, nowMs);
  if (choice === null) {
    return isLimit && isEveryLaneSpent(situation)
      ? refuse(situation)
      : giveUp(`${reason}, and no other lane is left.`);
  }
  return sendElsewhere(situation, choice, {
    decision: isLimit ? "reroute_policy" : "fallback",
    rerouteDecision: isLimit ? "quota_overshoot" : "fallback",
    reason,
  });
}
