import type { Assessment } from "@ccp/quota-engine";
import type { QuotaFields, UsageEvent } from "@ccp/usage-contract";
import type { Deps } from "../deps.ts";
import type { Decided } from "./plan.ts";
import type { Ending, Outcome } from "./read-outcome.ts";
import { type Attempt, lastAttempt, type Run } from "./run.ts";

/** What a line says of the attempt it is about. */
type AttemptFields = Pick<
  UsageEvent,
  | "ts"
  | "rid"
  | "attempt"
  | "lane"
  | "model"
  | "decision"
  | "decision_reason"
  | "op"
  | "upstream"
  | "h2"
  | "header_mode"
  | "retry"
  | "backoff_ms"
  | "reroute_decision"
  | "reroute_attempt"
  | "preferred_attempt"
  | "wasted_retry_ms"
>;

/** The line written before an attempt: status −1, and the figures it was decided on. */
export function decisionEvent(run: Run, attempt: Attempt, deps: Deps): UsageEvent {
  return {
    ...attemptFields(run, attempt, deps),
    status: -1,
    event: "decision",
    reason: run.op === "stream" ? "streaming" : "ok",
    latency_ms: null,
    stream_ms: null,
    ttft_ms: null,
    input_tokens: null,
    output_tokens: null,
    cache_creation_tokens: null,
    cache_read_tokens: null,
    usage_source: null,
    err_type: "",
    repairs: [...attempt.prepared.repairs],
    ...quotaFields(run, attempt.decided.assessment, attempt.predictedTokens, deps),
  };
}

/** The line that closes an exchange: its quota figures stand after its tokens are booked and its lease is gone. */
export function completionEvent(
  run: Run,
  attempt: Attempt | null,
  decided: Decided,
  ending: Ending,
  outcome: Outcome,
  deps: Deps,
): UsageEvent {
  const { counts } = outcome;
  const added = ending.kind === "relayed" ? ending.relayed.repairs : [];
  return {
    ...(attempt === null ? unattemptedFields(run, decided, deps) : attemptFields(run, attempt, deps)),
    status: outcome.status,
    reason: outcome.reason,
    latency_ms: round(outcome.latencyMs),
    stream_ms: outcome.streamMs === null ? null : round(outcome.streamMs),
    ttft_ms: outcome.ttftMs === null ? null : round(outcome.ttftMs),
    input_tokens: counts?.inputTokens ?? null,
    output_tokens: counts?.outputTokens ?? null,
    cache_creation_tokens: counts?.cacheCreationTokens ?? null,
    cache_read_tokens: counts?.cacheReadTokens ?? null,
    usage_source: outcome.source,
    err_type: outcome.errType,
    repairs: [...(attempt?.prepared.repairs ?? []), ...added],
    ...quotaFields(run, figuresNow(run, deps), predictedOf(run, decided), deps),
  };
}

function figuresNow(run: Run, deps: Deps): Assessment {
  const { preferred: lane, question } = run.plan;
  return deps.engine.assess({ lane, model: question.model, predicted: 0, nowMs: deps.clock.wallMs() });
}

function predictedOf(run: Run, decided: Decided): number {
  const lane = lastAttempt(run)?.decision.lane ?? run.plan.preferred;
  return Math.round(decided.predictions.get(lane)?.countedTokens ?? 0);
}

/** An exchange that no lane was asked for. */
function unattemptedFields(run: Run, decided: Decided, deps: Deps): AttemptFields {
  const { decision } = decided;
  return {
    ts: deps.clock.wallMs() / 1000,
    rid: run.accepted.rid,
    attempt: 1,
    lane: "none",
    model: run.plan.question.model,
    decision: decision.decision,
    decision_reason: decision.rerouteDecision,
    op: run.op,
    upstream: "",
    h2: false,
    header_mode: "",
    retry: false,
    backoff_ms: 0,
    reroute_decision: decision.rerouteDecision,
    reroute_attempt: 0,
    preferred_attempt: false,
    wasted_retry_ms: 0,
  };
}

function attemptFields(run: Run, attempt: Attempt, deps: Deps): AttemptFields {
  const { decision, runtime, prepared } = attempt;
  return {
    ts: deps.clock.wallMs() / 1000,
    rid: run.accepted.rid,
    attempt: attempt.number,
    lane: decision.lane,
    model: run.plan.question.model,
    decision: decision.decision,
    decision_reason: decision.rerouteDecision,
    op: run.op,
    upstream: runtime.lane.origin,
    h2: false,
    header_mode: prepared.headerMode,
    retry: run.retried,
    backoff_ms: 0,
    reroute_decision: decision.rerouteDecision,
    reroute_attempt: attempt.number - 1,
    preferred_attempt: decision.preferredAttempt,
    wasted_retry_ms: round(run.wastedMs),
  };
}

function quotaFields(run: Run, assessment: Assessment, predictedTokens: number, deps: Deps): QuotaFields {
  const nowMs = deps.clock.wallMs();
  const { preferred, question } = run.plan;
  const calibration = deps.engine.calibration(preferred, question.model, nowMs);
  const mark = deps.book.mark(preferred, question.model, nowMs);
  const cooling = mark.untilMs !== null && mark.untilMs > nowMs;
  const { rolling, weekly } = assessment;
  return {
    rolling_used_tokens: round(rolling.usedTokens),
    rolling_capacity_tokens: rolling.capacityTokens,
    weekly_used_tokens: round(weekly.usedTokens),
    weekly_capacity_tokens: weekly.capacityTokens,
    headroom_pct_rolling: rolling.headroomPct,
    headroom_pct_weekly: weekly.headroomPct,
    quota_headroom_pct: smaller(rolling.headroomPct, weekly.headroomPct),
    predicted_tokens: Math.round(predictedTokens),
    warn_pct_cfg: calibration.warnPct,
    quota_warn_threshold: assessment.warnThreshold,
    warn_pct_auto: calibration.warnPctAuto,
    warn_pct_confidence: calibration.confidence,
    gap_seconds_p50: calibration.gapSecondsP50,
    gap_seconds_p95: calibration.gapSecondsP95,
    gap_samples: calibration.gapSamples,
    reroute_mode: deps.settings.rerouteMode,
    cooldown_active: cooling,
    cooldown_next_ts: cooling && mark.untilMs !== null ? mark.untilMs / 1000 : null,
    cooldown_remaining_sec: cooling && mark.untilMs !== null ? (mark.untilMs - nowMs) / 1000 : 0,
  };
}

function smaller(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}

/** Three decimals: enough for times and tokens, and short lines. */
function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
