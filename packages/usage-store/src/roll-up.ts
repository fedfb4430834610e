import type { Granularity, UsageEvent, UsageSample } from "@ccp/usage-contract";
import { IMPORT_ATTEMPT, type ImportedRow } from "./imported-usage.ts";
import { addToRow, classOf, emptyRow, IMPORTED_CLASS, type RollupRow, rowKey } from "./rollup-row.ts";

/** One finished exchange, with what names it. */
export interface HistorySample {
  readonly model: string;
  readonly attempt: number;
  readonly sample: UsageSample;
}

/** One finished exchange as `GET /v1/usage/samples` shows it; `null` for a decision line. */
export function toSample(event: UsageEvent): UsageSample | null {
  if (event.event !== undefined) return null;
  const { ts, rid, lane, op, status, decision, reroute_decision, reason } = event;
  const { input_tokens, output_tokens, cache_creation_tokens, cache_read_tokens } = event;
  const { latency_ms, stream_ms, ttft_ms, traffic_class } = event;
  return {
    ts,
    rid,
    lane,
    op,
    input_tokens,
    output_tokens,
    cache_creation_tokens,
    cache_read_tokens,
    status,
    decision,
    reroute_decision,
    reason,
    latency_ms,
    stream_ms,
    ttft_ms,
    ...(traffic_class === undefined ? {} : { traffic_class }),
  };
}

/** An answer that did not pass the gateway, in the same form. */
export function toImportedSample(row: ImportedRow): HistorySample {
  const { ts, id: rid, lane, input_tokens, output_tokens, cache_creation_tokens, cache_read_tokens } = row;
  const sample: UsageSample = {
    ts,
    rid,
    lane,
    op: "stream",
    input_tokens,
    output_tokens,
    cache_creation_tokens,
    cache_read_tokens,
    status: 200,
    decision: "pass_through",
    reroute_decision: "quota_pass",
    reason: "ok",
    latency_ms: null,
    stream_ms: null,
    ttft_ms: null,
    traffic_class: IMPORTED_CLASS,
    origin: "import",
  };
  return { model: row.model, attempt: IMPORT_ATTEMPT + row.part, sample };
}

/**
 * Sums up exchanges by span, lane, model and class of traffic.
 *
 * @param startOf Epoch seconds at which the span of an instant begins: zones are the caller's.
 */
export function rollUp(
  samples: Iterable<HistorySample>,
  granularities: readonly Granularity[],
  startOf: (ts: number, granularity: Granularity) => number,
): RollupRow[] {
  const rows = new Map<string, RollupRow>();
  for (const { model, attempt, sample } of samples) {
    for (const granularity of granularities) {
      const start = startOf(sample.ts, granularity);
      const key = { granularity, start, lane: sample.lane, model, trafficClass: classOf(sample) };
      const name = rowKey(key);
      const row = rows.get(name) ?? emptyRow(key);
      rows.set(name, row);
      addToRow(row, sample);
      // What an answer had grown by is no answer more.
      if (sample.origin === "import" && attempt > IMPORT_ATTEMPT) row.count -= 1;
    }
  }
  return [...rows.values()];
}
