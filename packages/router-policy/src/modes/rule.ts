import type { RerouteDecision } from "@ccp/usage-contract";
import { isBlocked, isWarned } from "../lane-state.ts";
import { renderWait } from "../render-wait.ts";
import type { LaneFacts, RoutingSnapshot } from "../routing-snapshot.ts";

/** What a rule wants for the preferred lane. */
export interface RuleVerdict {
  readonly leave: boolean;
  readonly rerouteDecision: RerouteDecision;
  /** A clause that begins with the lane. */
  readonly reason: string;
}

export interface RuleInput {
  readonly lane: LaneFacts;
  readonly preemptAt: RoutingSnapshot["preemptAt"];
  readonly nowMs: number;
}

/** One row of a mode's table: a verdict, or `null` where the row does not apply. */
export type Rule = (input: RuleInput) => RuleVerdict | null;

/** A limit with a named end, or set by hand, is not over. */
export const limitMark: Rule = ({ lane, nowMs }) =>
  lane.mark.state === "declared"
    ? leave("quota_cooldown", `${lane.lane} is at its limit${until(lane.mark.untilMs, nowMs)}`)
    : null;

/** The gateway's own cooldown, after a limit that named no end. */
export const ownCooldown: Rule = ({ lane, nowMs }) =>
  lane.mark.state === "own"
    ? leave("quota_cooldown", `${lane.lane} cools down${until(lane.mark.untilMs, nowMs)} after a limit`)
    : null;

/** A cooldown is over: one request proves the lane, the others wait elsewhere. */
export const halfOpen: Rule = ({ lane }) => {
  if (lane.mark.state === "half_open") {
    return stay("quota_probe", `${lane.lane} has ended its cooldown and this request proves it`);
  }
  return lane.mark.state === "probing"
    ? leave("quota_cooldown", `${lane.lane} has ended its cooldown and another request is proving it`)
    : null;
};

/** The lane has no room for this request. */
export const block: Rule = ({ lane, nowMs }) => {
  if (!isBlocked(lane)) return null;
  if (lane.spentUntilMs !== null) {
    return leave("quota_block", `${lane.lane} declares its window spent${until(lane.spentUntilMs, nowMs)}`);
  }
  return leave("quota_block", `${lane.lane} has no room${room(lane)}`);
};

/** Past the warn threshold, where the operator chose to leave there. */
export const warnLeave: Rule = ({ lane, preemptAt }) =>
  preemptAt === "warn" && isWarned(lane)
    ? leave("quota_preemptive_warn", `${lane.lane} is past its warn threshold`)
    : null;

/** Past the warn threshold, with room left. */
export const warnAttempt: Rule = ({ lane }) =>
  isWarned(lane)
    ? stay("quota_warn_attempt", `${lane.lane} is past its warn threshold but has room${room(lane)}`)
    : null;

/** Whatever the count says, the upstream decides. */
export const runToLimit: Rule = ({ lane }) =>
  stay("quota_run_to_limit", `${lane.lane} takes requests until it refuses one`);

/** The verdict of the first row that applies; a lane that no row speaks of passes. */
export function applyRules(rules: readonly Rule[], input: RuleInput): RuleVerdict {
  for (const rule of rules) {
    const verdict = rule(input);
    if (verdict !== null) return verdict;
  }
  return stay("quota_pass", `${input.lane.lane} is below its warn threshold`);
}

function leave(rerouteDecision: RerouteDecision, reason: string): RuleVerdict {
  return { leave: true, rerouteDecision, reason };
}

function stay(rerouteDecision: RerouteDecision, reason: string): RuleVerdict {
  return { leave: false, rerouteDecision, reason };
}

function until(untilMs: number | null, nowMs: number): string {
  return untilMs === null ? "" : ` for another ${renderWait(untilMs - nowMs)}`;
}

function room({ headroomTokens, predictedTokens }: LaneFacts): string {
  return headroomTokens === null
    ? ""
    : ` (${Math.round(headroomTokens)} tokens left, ${Math.round(predictedTokens)} predicted)`;
}
