import type { DecisionRequest, DecisionSample, LaneConstraint, LaneId } from "@ccp/usage-contract";
import type { Deps } from "../deps.ts";
import { decideNext, NOTHING_TRIED, type Plan, planQuestion } from "../exchange/plan.ts";
import { constraintViews } from "./constraint-views.ts";

/** Bytes per token before a model's own ratio is learned; a dry run names tokens where a request has bytes. */
const BYTES_PER_TOKEN = 4;
const TYPICAL_INPUT_TOKENS = 1_000;

/** What would happen to such a request now. Decides as live traffic does; nothing of routing changes. */
export function dryRun(request: DecisionRequest, deps: Deps): DecisionSample {
  const nowMs = deps.clock.wallMs();
  const plan = planQuestion(
    {
      model: request.model,
      bodyBytes: (request.input_tokens ?? TYPICAL_INPUT_TOKENS) * BYTES_PER_TOKEN,
      maxTokens: request.max_tokens ?? null,
      session: null,
      trafficClass: "main",
      isQuotaProbe: false,
    },
    deps,
  );
  const { decision, assessment, predictions } = decideNext(plan, NOTHING_TRIED, nowMs, deps);
  const lane = decision.kind === "send" ? decision.lane : null;
  const sample: DecisionSample = {
    id: deps.newId(),
    ts: nowMs / 1000,
    dry_run: true,
    accepted: request,
    would: {
      lane,
      decision: decision.decision,
      reroute_decision: decision.rerouteDecision,
      reason: decision.reason,
      predicted_tokens: predictions.get(lane ?? plan.preferred)?.countedTokens ?? null,
      headroom_tokens: assessment.headroomTokens,
      headroom_pct_rolling: assessment.rolling.headroomPct,
      headroom_pct_weekly: assessment.weekly.headroomPct,
      quota_headroom_pct: assessment.headroomPct,
      warn: assessment.warned,
      block: assessment.blocked,
      retry_ts: decision.kind === "refuse" && decision.retryAtMs !== null ? decision.retryAtMs / 1000 : null,
      lanes: [...plan.laneIds],
      constraints: plan.laneIds.flatMap((each) => laneConstraints(each, plan, nowMs, deps)),
    },
  };
  deps.decisions.add(sample);
  deps.events.publish({ name: "sample", data: sample });
  return sample;
}

/** What each candidate is up against, also those that the decision had no need to look at. */
function laneConstraints(lane: LaneId, { question }: Plan, nowMs: number, deps: Deps): LaneConstraint[] {
  const { model, bodyBytes, maxTokens, trafficClass } = question;
  const predicted = deps.engine.predict({ lane, model, bodyBytes, maxTokens }).countedTokens;
  const assessment = deps.engine.assess({ lane, model, predicted, nowMs, trafficClass });
  return constraintViews(assessment).map((constraint) => ({ lane, ...constraint }));
}
