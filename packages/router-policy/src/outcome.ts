import { ANTHROPIC_LANE, type LaneId } from "@ccp/usage-contract/core";
import { type Choice, isUnproved } from "./choose-lane.ts";
import type { Explained, GiveUpDecision, RefuseDecision, SendDecision } from "./decision.ts";
import { isWarned, opensAtMs } from "./lane-state.ts";
import type { RuleVerdict } from "./modes/rule.ts";
import { renderWait } from "./render-wait.ts";
import type { LaneFacts } from "./routing-snapshot.ts";
import type { Situation } from "./situation.ts";

/** The preferred lane, as a rule wants it. */
export function sendPreferred(situation: Situation, verdict: RuleVerdict): SendDecision {
  const { lane } = situation.preferred;
  return stay(situation, {
    decision: isWarned(situation.preferred) ? "reroute_policy" : unmovedDecision(lane),
    rerouteDecision: verdict.rerouteDecision,
    reason: `${verdict.reason}.`,
  });
}

/** The preferred lane, which a rule would have left, because there is nowhere to go. */
export function sendForWantOfOthers(situation: Situation, why: string): SendDecision {
  const others = situation.others.length === 0 ? noOtherIsUsable(situation) : "no other lane is open";
  return stay(situation, {
    decision: "no_fallback",
    rerouteDecision: "no_fallback",
    reason: `${why}, but ${others}.`,
  });
}

function stay({ preferred }: Situation, why: Explained): SendDecision {
  return {
    kind: "send",
    lane: preferred.lane,
    ...why,
    preferredAttempt: isWarned(preferred),
    probe: isUnproved(preferred),
    changedLane: false,
  };
}

/** Another lane than the preferred one, or than the one tried before. */
export function sendElsewhere({ preferred }: Situation, choice: Choice, why: Explained): SendDecision {
  return {
    kind: "send",
    lane: choice.lane.lane,
    decision: why.decision,
    rerouteDecision: why.rerouteDecision,
    reason: `${why.reason}, so ${choice.lane.lane} takes the request.`,
    preferredAttempt: choice.lane === preferred && isWarned(preferred),
    probe: choice.probe,
    changedLane: true,
  };
}

/** Every usable lane is spent. */
export function refuse({ snapshot, nowMs }: Situation): RefuseDecision {
  const usable = snapshot.lanes.filter((lane) => lane.usable);
  const resets = usable.map(opensAtMs).filter((reset) => reset !== null);
  const retryAtMs = resets.length === 0 ? null : Math.min(...resets);
  const names = usable.map((lane) => lane.lane).join(", ");
  const opens = retryAtMs === null ? "" : `; the first opens in ${renderWait(retryAtMs - nowMs)}`;
  const reason = `Every usable lane is spent (${names})${opens}.`;
  return { kind: "refuse", decision: "no_fallback", rerouteDecision: "no_fallback", reason, retryAtMs };
}

/** @param reason A whole sentence. */
export function giveUp(reason: string): GiveUpDecision {
  return { kind: "give_up", decision: "no_fallback", rerouteDecision: "no_fallback", reason };
}

/** A clause that says so, and why each of them cannot be asked, as far as that is known. */
export function noOtherIsUsable({ snapshot, preferred }: Situation): string {
  const others = snapshot.lanes.filter((lane) => lane !== preferred && lane.unusableReason !== null);
  const reasons = others.map(({ lane, unusableReason }) => `${lane}: ${unusableReason}`).join("; ");
  return `no other lane is usable${reasons === "" ? "" : ` (${reasons})`}`;
}

/** A clause that says why a lane cannot be asked. */
export function cannotAsk(lane: LaneFacts): string {
  return `${lane.lane} cannot be asked${lane.unusableReason === null ? "" : ` (${lane.unusableReason})`}`;
}

function unmovedDecision(lane: LaneId): "pass_through" | "forced_model" {
  return lane === ANTHROPIC_LANE ? "pass_through" : "forced_model";
}
