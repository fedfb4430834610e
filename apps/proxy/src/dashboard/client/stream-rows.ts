import type { DecisionKind, ExplainedRequest, RerouteDecision, UsageEvent } from "@ccp/usage-contract";

/** One request in the stream of decisions. */
export interface StreamRow {
  readonly rid: string;
  readonly ts: number;
  readonly model: string;
  readonly lane: string;
  readonly decision: DecisionKind;
  readonly rule: RerouteDecision;
  /** Lane changes so far. */
  readonly reroutes: number;
  /** `null` while it is under way. */
  readonly status: number | null;
  readonly latencyMs: number | null;
  readonly ttftMs: number | null;
  readonly inTokens: number | null;
  readonly outTokens: number | null;
  readonly headroomPct: number | null;
  readonly wastedMs: number;
}

/** A line of the log as a row; a decision line is a request under way. */
export function rowOf(event: UsageEvent): StreamRow {
  const { input_tokens, cache_creation_tokens, cache_read_tokens } = event;
  return {
    rid: event.rid,
    ts: event.ts,
    model: event.model,
    lane: event.lane,
    decision: event.decision,
    rule: event.reroute_decision,
    reroutes: event.reroute_attempt,
    status: event.event === "decision" ? null : event.status,
    latencyMs: event.latency_ms,
    ttftMs: event.ttft_ms,
    inTokens:
      input_tokens === null ? null : input_tokens + (cache_creation_tokens ?? 0) + (cache_read_tokens ?? 0),
    outTokens: event.output_tokens,
    headroomPct: event.quota_headroom_pct,
    wastedMs: event.wasted_retry_ms,
  };
}

/** What is known of a request last; `null` for one without any line. */
export function rowOfRequest(request: ExplainedRequest): StreamRow | null {
  const event = request.completion ?? request.decisions.at(-1)?.event;
  return event === undefined ? null : rowOf(event);
}

/**
 * Rows with one more, newest first. A request has one row, in the place where it first appeared; what came later of it
 * fills it in, and an end is never taken back by a line that comes late.
 */
export function withRow(rows: readonly StreamRow[], row: StreamRow, keep: number): StreamRow[] {
  const at = rows.findIndex(({ rid }) => rid === row.rid);
  if (at < 0) return [row, ...rows].sort((a, b) => b.ts - a.ts).slice(0, keep);
  const known = rows[at];
  if (known !== undefined && known.status !== null && row.status === null) return [...rows];
  // It keeps the time of its decision, so that it does not move under a reader's finger.
  return rows.map((each, index) => (index === at ? { ...row, ts: each.ts } : each));
}
