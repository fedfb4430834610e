import type { Assessment } from "@ccp/quota-engine";
import type {
  DecisionRequest,
  DecisionSample,
  LaneConstraint,
  LaneId,
  ModelUsage,
  Would,
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
import { laneUnusable } from "../lanes/lane-runtime.ts";
import { constraintViews } from "./constraint-views.ts";

const TYPICAL_SIZE: QuestionSize = { bodyBytes: 0, inputTokens: 1_000 };

/** What would happen to such a request now. Decides as live traffic does; nothing of routing changes. */
export function dryRun(request: DecisionRequest, deps: Deps): DecisionSample {
  const nowMs = deps.clock.wallMs();
  const plan = planQuestion(toQuestion(request), deps);
  const { decision, assessment, predictions, unusable } = decideNext(plan, NOTHING_TRIED, nowMs, deps);
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
      states: Object.fromEntries(
        plan.laneIds.map((each) => [each, stateOf(each, unusable.get(each) ?? null, plan, nowMs, deps)]),
      ),
      constraints: plan.laneIds.flatMap((each) => laneConstraints(each, plan, nowMs, deps)),
    },
  };
  deps.decisions.add(sample);
  deps.events.publish({ name: "sample", data: sample });
  return sample;
}

/** Where a typical request for a model would go now: nothing is kept of it. */
export function wouldGo(model: string, nowMs: number, deps: Deps): NonNullable<ModelUsage["would"]> {
  const { decision } = decideNext(planQuestion(toQuestion({ model }), deps), NOTHING_TRIED, nowMs, deps);
  const lane = decision.kind === "send" ? decision.lane : null;
  return { lane, reroute_decision: decision.rerouteDecision };
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

type StateFor = NonNullable<Would["states"]>[string];

/** A lane that cannot be asked says why: without its key or a name for the model it would never serve, unseen until needed. */
function stateOf(lane: LaneId, unusable: string | null, plan: Plan, nowMs: number, deps: Deps): StateFor {
  const known = stateFor(lane, plan, nowMs, deps);
  if (unusable === null) return known;
  const shut = known.state === "auth_error" ? known : ({ state: "disabled", until_ts: null } as const);
  return { ...shut, reason: unusable };
}

/** The count alone does not tell that a lane answered a limit, or lacks its key. */
function stateFor(lane: LaneId, plan: Plan, nowMs: number, deps: Deps): StateFor {
  const { book, lanes } = deps;
  if (laneUnusable(lanes.get(lane)) !== null) return { state: "disabled", until_ts: null };
  if (book.authError(lane, nowMs) !== null) return { state: "auth_error", until_ts: null };
  const { untilMs } = book.mark(lane, plan.question.model, nowMs);
  const until = Math.max(untilMs ?? 0, book.pausedUntil(lane, nowMs) ?? 0);
  if (until > nowMs) return { state: "cooldown", until_ts: until / 1000 };
  const { warned, blocked, spentUntilMs, binding } = assess(lane, plan, nowMs, deps);
  if (blocked) return { state: "block", until_ts: spentUntilMs === null ? null : spentUntilMs / 1000 };
  if (warned) return { state: "warn", until_ts: null };
  return { state: binding === null ? "unknown" : "ok", until_ts: null };
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
