import type { UsageEvent } from "@ccp/usage-contract";
import { countTokens, type TokenWeights, toCounts } from "@ccp/usage-contract/core";

/** One try on one lane. */
export interface ExplainedAttempt {
  readonly number: number;
  readonly decision: UsageEvent;
  /** Milliseconds it took; `null` while it lasts, or where its end was never written. */
  readonly tookMs: number | null;
  /** HTTP status that the client got of it; `null` for a try that another lane made good. */
  readonly status: number | null;
  readonly outcome: "answered" | "limit" | "failed" | "open";
}

/** All that the log tells of one request. */
export interface Explanation {
  readonly rid: string;
  readonly attempts: readonly ExplainedAttempt[];
  /** How it ended; `null` while it runs, or where the gateway was killed. */
  readonly end: UsageEvent | null;
  /** The figures the first decision was taken on. */
  readonly first: UsageEvent;
  readonly wastedMs: number;
  /** Counted tokens, weighed as the quotas in force say; `null` where nothing was counted. */
  readonly countedTokens: number | null;
  readonly predictedTokens: number;
  readonly repairs: readonly string[];
}

/**
 * Puts the lines of one request together.
 *
 * @param events Lines of one request in any order; a line that stands there twice counts once. At least one.
 */
export function explainRequest(
  events: readonly [UsageEvent, ...UsageEvent[]],
  weightsOf: (lane: string, model: string) => TokenWeights,
): Explanation {
  const end = events.find(({ event }) => event === undefined) ?? null;
  const byNumber = new Map(
    events.filter(({ event }) => event === "decision").map((event) => [event.attempt, event]),
  );
  const decisions = [...byNumber.values()].sort((a, b) => a.attempt - b.attempt);
  const [first = end ?? events[0]] = decisions;
  const last = end ?? decisions.at(-1) ?? first;
  return {
    rid: first.rid,
    attempts: decisions.map((decision, index) => attemptOf(decision, decisions[index + 1] ?? null, end)),
    end,
    first,
    wastedMs: last.wasted_retry_ms,
    countedTokens: end === null ? null : countedTokens(end, weightsOf),
    predictedTokens: last.predicted_tokens,
    repairs: [...new Set([...decisions.flatMap(({ repairs }) => repairs), ...(end?.repairs ?? [])])],
  };
}

/** The log keeps what was lost before each try, so the next one tells how long this one took. */
function attemptOf(decision: UsageEvent, next: UsageEvent | null, end: UsageEvent | null): ExplainedAttempt {
  const { attempt: number } = decision;
  if (next !== null) {
    const tookMs = Math.max(0, Math.round(next.wasted_retry_ms - decision.wasted_retry_ms));
    const outcome = next.reroute_decision === "quota_overshoot" ? "limit" : "failed";
    return { number, decision, tookMs, status: null, outcome };
  }
  if (end === null) return { number, decision, tookMs: null, status: null, outcome: "open" };
  const tookMs =
    end.latency_ms === null ? null : Math.max(0, Math.round(end.latency_ms - decision.wasted_retry_ms));
  const outcome = end.status < 400 ? "answered" : end.err_type === "429" ? "limit" : "failed";
  return { number, decision, tookMs, status: end.status, outcome };
}

function countedTokens(
  end: UsageEvent,
  weightsOf: (lane: string, model: string) => TokenWeights,
): number | null {
  if (end.usage_source === null) return null;
  const counts = toCounts({
    inputTokens: end.input_tokens,
    outputTokens: end.output_tokens,
    cacheCreationTokens: end.cache_creation_tokens,
    cacheReadTokens: end.cache_read_tokens,
  });
  return countTokens(counts, weightsOf(end.lane, end.model));
}
