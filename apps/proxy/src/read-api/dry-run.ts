import type { Assessment } from "@ccp/quota-engine";
import { type Judge, verdictView } from "@ccp/router-policy";
import type {
  DecisionRequest,
  DecisionSample,
  LaneConstraint,
  LaneId,
  LaneVerdictView,
  UsageView,
} from "@ccp/usage-contract";
import type { Deps } from "../deps.ts";
import {
  decideNext,
  NOTHING_TRIED,
  type Plan,
  planQuestion,
  type Question,
  type QuestionSize,
} from "../exchange/plan.ts";
import { judgeLanes } from "../lanes/judge-lanes.ts";
import { constraintViews } from "./constraint-views.ts";

const TYPICAL_SIZE: QuestionSize = { bodyBytes: 0, inputTokens: 1_000 };

/** What would happen to such a request now. Decides as live traffic does; nothing of routing changes. */
export function dryRun(request: DecisionRequest, deps: Deps): DecisionSample {
  const nowMs = deps.clock.wallMs();
  const plan = planQuestion(toQuestion(request), deps);
  const { decision, assessment, predictions, unusable } = decideNext(plan, NOTHING_TRIED, nowMs, deps);
  const lane = decision.kind === "send" ? decision.lane : null;
  const predictedOn = (each: LaneId): number => predictions.get(each)?.countedTokens ?? 0;
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
      states: statesOf(plan, unusable, judgeLanes(nowMs, deps, predictedOn)),
      constraints: plan.laneIds.flatMap((each) => laneConstraints(each, plan, nowMs, deps)),
    },
  };
  deps.decisions.add(sample);
  deps.events.publish({ name: "sample", data: sample });
  return sample;
}

/** Where a typical request for a model would go now, with all lanes of its route: nothing is kept of it. */
export function wouldGo(model: string, nowMs: number, judge: Judge, deps: Deps): Route {
  const plan = planQuestion(toQuestion({ model }), deps);
  const { decision, unusable } = decideNext(plan, NOTHING_TRIED, nowMs, deps);
  const lane = decision.kind === "send" ? decision.lane : null;
  const { rerouteDecision: reroute_decision } = decision;
  return { lane, reroute_decision, lanes: [...plan.laneIds], states: statesOf(plan, unusable, judge) };
}

/** As the live view tells it. */
type Route = Pick<NonNullable<UsageView["asked"]>, "lane" | "reroute_decision" | "lanes" | "states">;

/** A lane that cannot be asked for this model is as good as off for it, whatever room it has. */
function statesOf(
  { laneIds, question }: Plan,
  unusable: ReadonlyMap<LaneId, string | null>,
  judge: Judge,
): Record<LaneId, LaneVerdictView> {
  const states = laneIds.map((lane) => {
    const verdict = verdictView(judge.model(lane, question.model));
    const reason = unusable.get(lane) ?? null;
    if (reason === null) return [lane, verdict] as const;
    const shut = verdict.state === "auth_error" ? {} : { state: "disabled" as const, until_ts: null };
    return [lane, { ...verdict, ...shut, reason }] as const;
  });
  return Object.fromEntries(states);
}

function toQuestion({ model, input_tokens, max_tokens }: DecisionRequest): Question {
  return {
    model,
    size:
      input_tokens === undefined ? TYPICAL_SIZE : { bodyBytes: 0, inputTokens: input_tokens, uncached: true },
    maxTokens: max_tokens ?? null,
    session: null,
    trafficClass: "main",
    isQuotaProbe: false,
    account: null,
  };
}

/** What each candidate is up against, also those that the decision had no need to look at. */
function laneConstraints(lane: LaneId, plan: Plan, nowMs: number, deps: Deps): LaneConstraint[] {
  return constraintViews(assess(lane, plan, nowMs, deps)).map((constraint) => ({ lane, ...constraint }));
}

function assess(lane: LaneId, { question }: Plan, nowMs: number, deps: Deps): Assessment {
  const { model, size, maxTokens, trafficClass } = question;
  const predicted = deps.engine.predict({ lane, model, ...size, maxTokens }).countedTokens;
  return deps.engine.assess({ lane, model, predicted, nowMs, trafficClass });
}
