import { type DialectName, mapModel } from "@ccp/provider-catalog";
import type { LaneId, UsageEvent } from "@ccp/usage-contract";
import { type Attempt, lastAttempt, type Run, type Verdict } from "../exchange/run.ts";

/** Who is asked, as the GenAI conventions name it. */
export interface Upstream {
  readonly lane: LaneId;
  readonly provider: string;
  readonly address: string;
  readonly port: number;
}

export interface AttemptFacts {
  readonly number: number;
  readonly upstream: Upstream;
  readonly rerouteDecision: string;
  readonly changedLane: boolean;
  readonly preferredAttempt: boolean;
  readonly predictedTokens: number;
  readonly retried: boolean;
  readonly repairs: readonly string[];
  readonly verdict: Verdict | null;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

/** What is told of an exchange: numbers and names, no body, no header but the caller's trace. */
export interface ExchangeFacts {
  /** The caller's `traceparent`, unchecked. */
  readonly traceparent: string | null;
  readonly event: UsageEvent;
  readonly maxTokens: number | null;
  readonly preferredLane: LaneId;
  readonly trafficClass: string;
  /** The model that the serving lane was asked for; `null` where no lane was. */
  readonly sentModel: string | null;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly attempts: readonly AttemptFacts[];
}

/** Copies what is needed out of a run, which holds the whole request body and must be let go. */
export function exchangeFacts(run: Run, event: UsageEvent): ExchangeFacts {
  const { accepted, plan } = run;
  const startedAtMs = accepted.startedWallMs;
  const endedAtMs = startedAtMs + (event.latency_ms ?? 0);
  const last = lastAttempt(run);
  const header = accepted.incoming.headers.traceparent;
  return {
    traceparent: typeof header === "string" ? header : null,
    event,
    maxTokens: accepted.scan.maxTokens,
    preferredLane: plan.preferred,
    trafficClass: plan.question.trafficClass,
    sentModel:
      last === null ? null : (mapModel(last.runtime.lane, accepted.scan.model) ?? accepted.scan.model),
    startedAtMs,
    endedAtMs,
    attempts: run.attempts.map((attempt) => attemptFacts(attempt, run, endedAtMs, attempt === last)),
  };
}

function attemptFacts(attempt: Attempt, run: Run, endedAtMs: number, isLast: boolean): AttemptFacts {
  const { decision, runtime, prepared } = attempt;
  const { startedWallMs, startedMonoMs } = run.accepted;
  // Measured by the clock that cannot be set back, so that no attempt leaves its exchange.
  const startedAtMs = startedWallMs + (attempt.startedMonoMs - startedMonoMs);
  return {
    number: attempt.number,
    upstream: upstreamOf(runtime.lane),
    rerouteDecision: decision.rerouteDecision,
    changedLane: decision.changedLane,
    preferredAttempt: decision.preferredAttempt,
    predictedTokens: Math.round(attempt.predictedTokens),
    retried: attempt.retried,
    repairs: [...prepared.repairs],
    verdict: attempt.verdict,
    startedAtMs,
    endedAtMs: isLast ? endedAtMs : Math.min(endedAtMs, startedAtMs + attempt.spentMs),
  };
}

/** Names that the GenAI conventions list, and the vendor's own where they list none. */
const PROVIDERS: Readonly<Record<DialectName, string | null>> = {
  anthropic: "anthropic",
  zai: "z_ai",
  kimi: "moonshot_ai",
  minimax: "minimax",
  openrouter: "openrouter",
  deepseek: "deepseek",
  openai: "openai",
  generic: null,
};

function upstreamOf(lane: Attempt["runtime"]["lane"]): Upstream {
  const { hostname, port, protocol } = new URL(lane.origin);
  return {
    lane: lane.id,
    provider: PROVIDERS[lane.dialect] ?? lane.id,
    address: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? (protocol === "https:" ? 443 : 80) : Number(port),
  };
}
