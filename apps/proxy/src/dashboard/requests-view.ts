import type { ExplainedDecision, ExplainedRequest } from "@ccp/usage-contract";
import { constraintViews } from "../read-api/constraint-views.ts";
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
    constraints: constraintViews(assessment),
    ...(event === null ? {} : { event }),
  };
}
