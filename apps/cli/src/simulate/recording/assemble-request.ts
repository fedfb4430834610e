import type { RoutingSnapshot } from "@ccp/router-policy";
import type { UsageEvent } from "@ccp/usage-contract";
import { type LaneId, type TokenCounts, toCounts } from "@ccp/usage-contract/core";
import type { AttemptEnd, RecordedAttempt, RecordedClosing, RecordedRequest } from "./recording.ts";

/** No exchange lasts longer, and none takes more; larger figures are faults of the log. */
const MAX_EXCHANGE_MS = 86_400_000;
const MAX_PREDICTED_TOKENS = 1e9;

/** What is kept of a decision line until its exchange ends. */
export interface Started {
  readonly attempt: number;
  readonly atMs: number;
  readonly lane: LaneId;
  readonly pin: RoutingSnapshot["pin"];
  readonly rule: UsageEvent["reroute_decision"];
  readonly predictedTokens: number;
  readonly wastedMs: number;
  /** End of the mark on the preferred lane as the line was written, epoch ms; `null` without one. */
  readonly markedUntilMs: number | null;
  readonly closed: readonly RecordedClosing[];
}

export function toStarted(event: UsageEvent): Started {
  return {
    attempt: event.attempt,
    atMs: event.ts * 1000,
    lane: event.lane,
    pin: pinOf(event),
    rule: event.reroute_decision,
    predictedTokens: within(event.predicted_tokens, MAX_PREDICTED_TOKENS),
    wastedMs: within(event.wasted_retry_ms, MAX_EXCHANGE_MS),
    markedUntilMs: markedUntil(event),
    closed: (event.closed_lanes ?? []).map(({ lane, by, until_ts }) => ({
      lane,
      by,
      untilMs: until_ts * 1000,
    })),
  };
}

function markedUntil(event: UsageEvent): number | null {
  return event.cooldown_active && event.cooldown_next_ts !== null ? event.cooldown_next_ts * 1000 : null;
}

function pinOf(event: UsageEvent): RoutingSnapshot["pin"] {
  if (event.decision === "failover_paused") return "kill_switch";
  return event.decision === "manual_override" ? "manual" : null;
}

/**
 * Puts a request together from its lines.
 *
 * A line says how the attempt before it ended: `quota_overshoot` after a limit, `fallback` after a failure. Whether
 * a limit was a spent window or a moment's throttle shows in the mark of the preferred lane, which only the former
 * leaves; of other lanes the log shows no mark, and a limit there counts as a spent window.
 *
 * @param decisions In the order they were written; some or all may be missing.
 * @param preferred The lane that the request would go to if no rule spoke.
 */
export function assembleRequest(
  decisions: readonly Started[],
  completion: UsageEvent,
  preferred: LaneId,
): RecordedRequest {
  const endMs = completion.ts * 1000;
  const starts = completion.lane === "none" ? [] : withLast(decisions, completion);
  const last = starts.at(-1);
  const counts = completion.usage_source === null ? null : countsOf(completion);
  const attempts = starts.map((start, index): RecordedAttempt => {
    const next = starts[index + 1];
    if (next === undefined) return lastAttempt(start, completion, counts !== null, preferred);
    const end =
      next.rule === "quota_overshoot" ? limitOr(start.lane, next.markedUntilMs, preferred) : "failure";
    return attemptOf(start, end, next.wastedMs - start.wastedMs, next.markedUntilMs, preferred);
  });
  const serviceMs = last === undefined ? 0 : Math.max(0, endMs - last.atMs);
  return {
    atMs: (decisions[0] ?? last)?.atMs ?? endMs - latencyOf(completion),
    model: completion.model,
    predictedTokens: decisions[0]?.predictedTokens ?? toStarted(completion).predictedTokens,
    // The line that ends an exchange tells of the last decision, which may be that no lane was left.
    pin: decisions[0]?.pin ?? pinOf(completion),
    closed: (decisions[0] ?? toStarted(completion)).closed,
    attempts,
    counts,
    estimated: completion.usage_source === "estimate",
    serviceMs,
    headMs: Math.min(Math.max(0, completion.ttft_ms ?? serviceMs), serviceMs),
  };
}

/** The completion names the last attempt; its decision line may have been torn, or stand before the log begins. */
function withLast(decisions: readonly Started[], completion: UsageEvent): readonly Started[] {
  if (decisions.at(-1)?.attempt === completion.attempt) return decisions;
  const last = toStarted(completion);
  const before = decisions.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY;
  const atMs = Math.max(before, last.atMs - latencyOf(completion) + last.wastedMs);
  return [...decisions, { ...last, atMs: Math.min(atMs, last.atMs) }];
}

function latencyOf(completion: UsageEvent): number {
  return within(completion.latency_ms ?? 0, MAX_EXCHANGE_MS);
}

function within(value: number, most: number): number {
  return Math.min(Math.max(0, value), most);
}

function lastAttempt(
  start: Started,
  completion: UsageEvent,
  served: boolean,
  preferred: LaneId,
): RecordedAttempt {
  const until = markedUntil(completion);
  const lostMs = within(completion.wasted_retry_ms, MAX_EXCHANGE_MS) - start.wastedMs;
  return attemptOf(start, lastEnd(start, completion, served, until, preferred), lostMs, until, preferred);
}

function lastEnd(
  start: Started,
  completion: UsageEvent,
  served: boolean,
  until: number | null,
  preferred: LaneId,
): AttemptEnd {
  if (served) return "served";
  switch (completion.err_type) {
    case "429":
      // A throttle would have gone on to another lane; what leaves no mark and is passed on is the request's own.
      return limitOr(start.lane, until, preferred) === "limit" ? "limit" : "ended";
    case "5xx":
    case "net":
    case "timeout":
    case "idle_timeout":
    case "stream_error":
      return "failure";
    default:
      return "ended";
  }
}

function limitOr(lane: LaneId, markedUntilMs: number | null, preferred: LaneId): "limit" | "throttle" {
  return lane === preferred && markedUntilMs === null ? "throttle" : "limit";
}

function attemptOf(
  start: Started,
  end: AttemptEnd,
  lostMs: number,
  markedUntilMs: number | null,
  preferred: LaneId,
): RecordedAttempt {
  const lost = end === "limit" || end === "throttle" || end === "failure";
  return {
    lane: start.lane,
    end,
    startMs: start.atMs,
    lostMs: lost ? Math.max(0, lostMs) : 0,
    markedUntilMs: end === "limit" && start.lane === preferred ? markedUntilMs : null,
  };
}

function countsOf(event: UsageEvent): TokenCounts {
  return toCounts({
    inputTokens: event.input_tokens,
    outputTokens: event.output_tokens,
    cacheCreationTokens: event.cache_creation_tokens,
    cacheReadTokens: event.cache_read_tokens,
  });
}
