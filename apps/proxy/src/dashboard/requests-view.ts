import type { Constraint } from "@ccp/quota-engine";
import type { ConstraintView, ExplainedDecision, ExplainedRequest } from "@ccp/usage-contract";
import type { KeptDecision, KeptRequest } from "../state/request-ring.ts";

/** One kept request as `GET /v1/requests` shows it. */
export function explainRequest({
  rid,
  model,
  preferred,
  decisions,
  completion,
}: KeptRequest): ExplainedRequest {
  return { rid, model, decisions: decisions.map((each) => explainDecision(each, preferred)), completion };
}

function explainDecision({ decided, atMs, event }: KeptDecision, preferred: string): ExplainedDecision {
  const { decision, assessment, predictions } = decided;
  return {
    ts: atMs / 1000,
    lane: decision.kind === "send" ? decision.lane : null,
    preferred_lane: preferred,
    reason: decision.reason,
    warn_threshold: assessment.warnThreshold,
    headroom_tokens: assessment.headroomTokens,
    predicted: Object.fromEntries(
      [...predictions].map(([lane, { inputTokens, outputTokens, countedTokens }]) => [
        lane,
        { input_tokens: inputTokens, output_tokens: outputTokens, counted_tokens: countedTokens },
      ]),
    ),
    constraints: assessment.constraints.map((each) => constraintView(each, each === assessment.binding)),
    ...(event === null ? {} : { event }),
  };
}

function constraintView(constraint: Constraint, binding: boolean): ConstraintView {
  return {
    name: constraint.name,
    used_pct: constraint.usedPct,
    used_tokens: constraint.usedTokens,
    capacity_tokens: constraint.capacityTokens,
    effective_capacity_tokens: constraint.effectiveCapacityTokens,
    headroom_tokens: constraint.headroomTokens,
    reset_ts: constraint.resetAtMs === null ? null : constraint.resetAtMs / 1000,
    source: constraint.source,
    age_sec: constraint.ageMs === null ? null : constraint.ageMs / 1000,
    warned: constraint.warned,
    blocked: constraint.blocked,
    binding,
  };
}
