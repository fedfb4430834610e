import type { ExplainedRequest, UsageEvent } from "@ccp/usage-contract";
import type { Explanation } from "./explanation.ts";

/** The explanation under the names of the log, for programs. `told`: what a running gateway says of it. */
export function explanationJson(
  explanation: Explanation,
  told: ExplainedRequest | null,
  events: readonly UsageEvent[],
): object {
  const { rid, attempts, end, first, wastedMs, countedTokens, predictedTokens, repairs } = explanation;
  const last = attempts.at(-1)?.decision ?? end ?? first;
  return {
    schema: "ccp.explain/1",
    rid,
    model: first.model,
    ts: first.ts,
    decision: last.decision,
    reroute_decision: last.reroute_decision,
    lane: end?.lane ?? null,
    status: end?.status ?? null,
    reason: end?.reason ?? null,
    latency_ms: end?.latency_ms ?? null,
    wasted_retry_ms: wastedMs,
    predicted_tokens: predictedTokens,
    counted_tokens: countedTokens,
    repairs,
    decisions: told === null ? null : told.decisions.map(({ event: _, ...decision }) => decision),
    attempts: attempts.map(({ number, decision, tookMs, status, outcome }) => ({
      attempt: number,
      lane: decision.lane,
      ts: decision.ts,
      reroute_decision: decision.reroute_decision,
      took_ms: tookMs,
      status,
      outcome,
    })),
    events: [...events].sort((a, b) => a.ts - b.ts),
  };
}
