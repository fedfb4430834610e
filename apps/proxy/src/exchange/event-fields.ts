import type { Assessment } from "@ccp/quota-engine";
import type { Decision } from "@ccp/router-policy";
import { accountOf, type QuotaFields, type UsageEvent } from "@ccp/usage-contract";
import { requestKey } from "@ccp/usage-store/node";
import type { Deps } from "../deps.ts";
import { accountOn, type Decided } from "./plan.ts";
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
  | "traffic_class"
>;

/** What a line says of the end of an attempt, or leaves open before one. */
type EndFields = Pick<
  UsageEvent,
  | "status"
  | "reason"
  | "latency_ms"
  | "stream_ms"
  | "ttft_ms"
  | "input_tokens"
  | "output_tokens"
  | "cache_creation_tokens"
  | "cache_read_tokens"
  | "usage_source"
  | "err_type"
  | "repairs"
>;

/** The line written before an attempt: status −1, and the figures it was decided on. */
export function decisionEvent(run: Run, attempt: Attempt, deps: Deps): UsageEvent {
  const open: EndFields = {
    status: -1,
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
  };
  const quota = quotaFields(run, attempt.decided.assessment, attempt.predictedTokens, deps);
  const event = joinFields(attemptFields(run, attempt, deps), open, quota);
  event.event = "decision";
  return withOptional(event, run, attempt.decided);
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
  const end: EndFields = {
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
  };
  const quota = quotaFields(run, figuresNow(run, deps), predictedOf(run, decided), deps);
  const event = joinFields(
    attempt === null
      ? unattemptedFields(run, decided, deps)
      : attemptFields(run, attempt, deps, decided.decision),
    end,
    quota,
  );
  const requestId = ending.kind === "relayed" ? ending.judged.sent.head?.get("request-id") : null;
  if (requestId) event.request_key = requestKey(requestId);
  return withOptional(event, run, decided);
}

/** What few lines have. */
function withOptional(event: UsageEvent, run: Run, { closed }: Decided): UsageEvent {
  const account = accountOf(accountOn(run.plan, event.lane));
  if (account !== null) event.account = account;
  if (closed.length > 0) event.closed_lanes = [...closed];
  return event;
}

/**
 * The fields in the order of the documentation. Written out: an object of this many keys that is spread together falls
 * into the engine's slow form, which makes each line cost twice as much to build and to print.
 */
function joinFields(attempt: AttemptFields, end: EndFields, quota: QuotaFields): UsageEvent {
  return {
    ts: attempt.ts,
    rid: attempt.rid,
    attempt: attempt.attempt,
    lane: attempt.lane,
    model: attempt.model,
    status: end.status,
    decision: attempt.decision,
    decision_reason: attempt.decision_reason,
    reason: end.reason,
    op: attempt.op,
    latency_ms: end.latency_ms,
    stream_ms: end.stream_ms,
    ttft_ms: end.ttft_ms,
    input_tokens: end.input_tokens,
    output_tokens: end.output_tokens,
    cache_creation_tokens: end.cache_creation_tokens,
    cache_read_tokens: end.cache_read_tokens,
    usage_source: end.usage_source,
    err_type: end.err_type,
    upstream: attempt.upstream,
    h2: attempt.h2,
    header_mode: attempt.header_mode,
    retry: attempt.retry,
    backoff_ms: attempt.backoff_ms,
    rolling_used_tokens: quota.rolling_used_tokens,
    rolling_capacity_tokens: quota.rolling_capacity_tokens,
    weekly_used_tokens: quota.weekly_used_tokens,
    weekly_capacity_tokens: quota.weekly_capacity_tokens,
    headroom_pct_rolling: quota.headroom_pct_rolling,
    headroom_pct_weekly: quota.headroom_pct_weekly,
    quota_headroom_pct: quota.quota_headroom_pct,
    predicted_tokens: quota.predicted_tokens,
    warn_pct_cfg: quota.warn_pct_cfg,
    quota_warn_threshold: quota.quota_warn_threshold,
    warn_pct_auto: quota.warn_pct_auto,
    warn_pct_confidence: quota.warn_pct_confidence,
    gap_seconds_p50: quota.gap_seconds_p50,
    gap_seconds_p95: quota.gap_seconds_p95,
    gap_samples: quota.gap_samples,
    reroute_mode: quota.reroute_mode,
    reroute_decision: attempt.reroute_decision,
    reroute_attempt: attempt.reroute_attempt,
    preferred_attempt: attempt.preferred_attempt,
    cooldown_active: quota.cooldown_active,
    cooldown_next_ts: quota.cooldown_next_ts,
    cooldown_remaining_sec: quota.cooldown_remaining_sec,
    wasted_retry_ms: attempt.wasted_retry_ms,
    repairs: end.repairs,
    traffic_class: attempt.traffic_class ?? "main",
  };
}

function figuresNow(run: Run, deps: Deps): Assessment {
  const { preferred, question } = run.plan;
  const lane = accountOn(run.plan, preferred);
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
    traffic_class: run.plan.question.trafficClass,
  };
}

function attemptFields(
  run: Run,
  attempt: Attempt,
  deps: Deps,
  decision: Decision = attempt.decision,
): AttemptFields {
  const { runtime, prepared } = attempt;
  return {
    ts: deps.clock.wallMs() / 1000,
    rid: run.accepted.rid,
    attempt: attempt.number,
    lane: attempt.decision.lane,
    model: run.plan.question.model,
    decision: decision.decision,
    decision_reason: decision.rerouteDecision,
    op: run.op,
    upstream: runtime.lane.origin,
    h2: false,
    header_mode: prepared.headerMode,
    retry: attempt.retried,
    backoff_ms: 0,
    reroute_decision: decision.rerouteDecision,
    reroute_attempt: attempt.number - 1,
    preferred_attempt: attempt.decision.preferredAttempt,
    wasted_retry_ms: round(run.wastedMs),
    traffic_class: run.plan.question.trafficClass,
  };
}

function quotaFields(run: Run, assessment: Assessment, predictedTokens: number, deps: Deps): QuotaFields {
  const nowMs = deps.clock.wallMs();
  const { preferred, question } = run.plan;
  const lane = accountOn(run.plan, preferred);
  const calibration = deps.engine.calibration(lane, question.model, nowMs);
  const mark = deps.book.mark(lane, question.model, nowMs);
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
