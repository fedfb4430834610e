import type {
  Granularity,
  RollupsView,
  SamplesView,
  UsageEvent,
  UsageRollup,
  UsageSample,
} from "@ccp/usage-contract";

/** One finished exchange as `GET /v1/usage/samples` shows it; `null` for a decision line. */
export function toSample(event: UsageEvent): UsageSample | null {
  if (event.event !== undefined) return null;
  const { ts, rid, lane, op, status, decision, reroute_decision, reason } = event;
  const { input_tokens, output_tokens, cache_creation_tokens, cache_read_tokens } = event;
  const { latency_ms, stream_ms, ttft_ms } = event;
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
  };
}

/**
 * Sums up exchanges that were served, by model and by hour or day.
 *
 * @param startOf Epoch seconds at which the hour or day of an instant begins: zones are the caller's.
 * @returns Oldest first within a model; windows without traffic are absent. Quantiles by linear interpolation.
 */
export function rollUp(
  samples: SamplesView["models"],
  granularity: Granularity,
  startOf: (ts: number, granularity: Granularity) => number,
): RollupsView["models"] {
  const models: RollupsView["models"] = {};
  for (const [model, list] of Object.entries(samples)) {
    const windows = new Map<number, UsageSample[]>();
    for (const sample of list) {
      if (sample.output_tokens === null && sample.input_tokens === null) continue;
      const start = startOf(sample.ts, granularity);
      const members = windows.get(start);
      if (members === undefined) windows.set(start, [sample]);
      else members.push(sample);
    }
    models[model] = [...windows]
      .sort(([a], [b]) => a - b)
      .map(([start, members]) => sumWindow(start, members));
  }
  return models;
}

function sumWindow(windowStart: number, members: readonly UsageSample[]): UsageRollup {
  const sum = (pick: (sample: UsageSample) => number | null): number =>
    members.reduce((total, sample) => total + (pick(sample) ?? 0), 0);
  const output = sum((sample) => sample.output_tokens);
  const ttft = members.map((sample) => sample.ttft_ms).filter((ms) => ms !== null);
  return {
    window_start: windowStart,
    in_tokens: sum(
      (each) => (each.input_tokens ?? 0) + (each.cache_creation_tokens ?? 0) + (each.cache_read_tokens ?? 0),
    ),
    out_tokens: output,
    count: members.length,
    out_elr_tps: rate(
      output,
      sum((sample) => sample.stream_ms),
    ),
    out_dirty_tps: rate(
      output,
      sum((sample) => sample.latency_ms),
    ),
    ttft_ms: { p50: quantile(ttft, 0.5), p90: quantile(ttft, 0.9), p99: quantile(ttft, 0.99) },
  };
}

function rate(tokens: number, ms: number): number | null {
  return ms > 0 ? tokens / (ms / 1000) : null;
}

function quantile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)];
  const high = sorted[Math.ceil(at)];
  return low === undefined || high === undefined ? null : low + (high - low) * (at - Math.floor(at));
}
