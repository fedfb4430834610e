import type { UsageEvent } from "@ccp/usage-contract";
import type { AttemptFacts, ExchangeFacts, Upstream } from "./exchange-facts.ts";

export type AttributeValue = string | number | boolean | string[];
export type Attributes = Record<string, AttributeValue>;

const OPERATION = "chat";
/** A model's name comes from the client: in a span's name it must stay short. */
const MAX_NAME_CHARS = 80;

export function exchangeSpanName(event: UsageEvent): string {
  return `${OPERATION} ${event.model}`.slice(0, MAX_NAME_CHARS);
}

export function attemptSpanName(attempt: AttemptFacts): string {
  return `attempt ${attempt.upstream.lane}`;
}

/** The span of an exchange: GenAI names where there are any, `ccp.*` for what only a router knows. */
export function exchangeAttributes(facts: ExchangeFacts): Attributes {
  const { event } = facts;
  const upstream = facts.attempts.at(-1)?.upstream ?? null;
  const answered = event.status >= 200 && event.status < 300;
  return known({
    "gen_ai.operation.name": OPERATION,
    "gen_ai.request.model": event.model,
    "gen_ai.request.stream": event.op === "stream",
    "gen_ai.request.max_tokens": facts.maxTokens,
    "gen_ai.response.model": answered ? facts.sentModel : null,
    "gen_ai.response.time_to_first_chunk": event.op === "stream" ? seconds(event.ttft_ms) : null,
    ...upstreamAttributes(upstream),
    ...usageAttributes(event),
    "http.response.status_code": event.status,
    "error.type": errorType(event),
    "ccp.request_id": event.rid,
    "ccp.lane": event.lane,
    "ccp.preferred_lane": facts.preferredLane,
    "ccp.traffic_class": facts.trafficClass,
    "ccp.decision": event.decision,
    "ccp.reroute_decision": event.reroute_decision,
    "ccp.reroute_mode": event.reroute_mode,
    "ccp.attempts": facts.attempts.length,
    "ccp.wasted_ms": event.wasted_retry_ms,
    "ccp.end_reason": event.reason,
    "ccp.usage_source": event.usage_source,
    "ccp.predicted_tokens": event.predicted_tokens,
    "ccp.quota.headroom_ratio": event.quota_headroom_pct,
    "ccp.cooldown_active": event.cooldown_active,
    "ccp.repairs": event.repairs.length > 0 ? event.repairs : null,
  });
}

/** The span of one try. Without an operation's name, so that nobody counts it as a second exchange. */
export function attemptAttributes(attempt: AttemptFacts, error: string | null): Attributes {
  const { verdict } = attempt;
  return known({
    ...upstreamAttributes(attempt.upstream),
    "http.response.status_code": verdict === null || verdict.status === 0 ? null : verdict.status,
    "error.type": error,
    "ccp.lane": attempt.upstream.lane,
    "ccp.attempt": attempt.number,
    "ccp.signal": verdict?.signal ?? null,
    "ccp.reroute_decision": attempt.rerouteDecision,
    "ccp.preferred_attempt": attempt.preferredAttempt,
    "ccp.predicted_tokens": attempt.predictedTokens,
    "ccp.retried": attempt.retried,
    "ccp.repairs": attempt.repairs.length > 0 ? [...attempt.repairs] : null,
  });
}

/** Who was asked, on spans and metrics alike. */
export function upstreamAttributes(upstream: Upstream | null): Attributes {
  if (upstream === null) return {};
  return {
    "gen_ai.provider.name": upstream.provider,
    "server.address": upstream.address,
    "server.port": upstream.port,
  };
}

export interface MeasuredUsage {
  /** All input classes together, as the conventions want it. */
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheCreation: number;
}

/** What the upstream itself reported; `null` for an estimate, which must not pass for a measurement. */
export function measuredUsage(event: UsageEvent): MeasuredUsage | null {
  const { input_tokens: plain, output_tokens: output } = event;
  if (plain === null || output === null || event.usage_source === "estimate") return null;
  const cacheRead = event.cache_read_tokens ?? 0;
  const cacheCreation = event.cache_creation_tokens ?? 0;
  return { input: plain + cacheRead + cacheCreation, output, cacheRead, cacheCreation };
}

function usageAttributes(event: UsageEvent): Attributes {
  const usage = measuredUsage(event);
  if (usage === null) return {};
  return {
    "gen_ai.usage.input_tokens": usage.input,
    "gen_ai.usage.output_tokens": usage.output,
    "gen_ai.usage.cache_read.input_tokens": usage.cacheRead,
    "gen_ai.usage.cache_creation.input_tokens": usage.cacheCreation,
  };
}

/**
 * Why an exchange failed: how the connection broke, else the status. `null` where it did not, and where the client left,
 * which is no failure of anybody.
 */
export function errorType(event: UsageEvent): string | null {
  if (event.reason === "client_closed") return null;
  if (/^(net|timeout|idle_timeout|stream_error)$/.test(event.err_type)) return event.err_type;
  if (event.status >= 400) return String(event.status);
  return event.err_type === "" ? null : event.err_type;
}

export function attemptErrorType({ verdict }: AttemptFacts): string | null {
  if (verdict === null) return null;
  if (verdict.failure !== null) return verdict.failure;
  if (verdict.status >= 400) return String(verdict.status);
  return verdict.signal === "ok" ? null : verdict.signal;
}

export function seconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}

/** Leaves out what is not known: an attribute that is there says something. */
function known(all: Readonly<Record<string, AttributeValue | null>>): Attributes {
  const kept: Attributes = {};
  for (const [name, value] of Object.entries(all)) if (value !== null) kept[name] = value;
  return kept;
}
