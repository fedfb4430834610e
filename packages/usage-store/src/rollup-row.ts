import type { Granularity, UsageRollup, UsageSample } from "@ccp/usage-contract";
import { Sketch } from "./sketch.ts";
import { streamTimes } from "./stream-times.ts";

/** The class of traffic of what did not pass the gateway. */
export const IMPORTED_CLASS = "imported";

/** What a row sums up. */
export interface RollupKey {
  readonly granularity: Granularity;
  /** Epoch seconds. */
  readonly start: number;
  readonly lane: string;
  readonly model: string;
  readonly trafficClass: string;
}

/** One span of one model on one lane in one class of traffic. Rows are added up, in any order. */
export interface RollupRow extends RollupKey {
  /** Exchanges that were served. */
  count: number;
  /** Exchanges that were not. */
  errors: number;
  limits: number;
  rerouted: number;
  /** All input classes, raw. */
  inTokens: number;
  outTokens: number;
  creationTokens: number;
  readTokens: number;
  /** Of answers that streamed: what {@link streamMs} was needed for. */
  streamOutTokens: number;
  streamMs: number;
  wallMs: number;
  ttft: Sketch;
  latency: Sketch;
}

export function emptyRow(key: RollupKey): RollupRow {
  return {
    ...key,
    count: 0,
    errors: 0,
    limits: 0,
    rerouted: 0,
    inTokens: 0,
    outTokens: 0,
    creationTokens: 0,
    readTokens: 0,
    streamOutTokens: 0,
    streamMs: 0,
    wallMs: 0,
    ttft: new Sketch(),
    latency: new Sketch(),
  };
}

export function rowKey({ granularity, start, lane, model, trafficClass }: RollupKey): string {
  return JSON.stringify([granularity, start, lane, model, trafficClass]);
}

export function classOf(sample: UsageSample): string {
  return sample.traffic_class ?? "main";
}

export function addToRow(row: RollupRow, sample: UsageSample): void {
  if (sample.status === 429 || sample.reroute_decision === "quota_overshoot") row.limits += 1;
  if (sample.decision === "reroute_policy" || sample.decision === "fallback") row.rerouted += 1;
  if (sample.input_tokens === null && sample.output_tokens === null) {
    row.errors += 1;
    return;
  }
  const creation = sample.cache_creation_tokens ?? 0;
  const read = sample.cache_read_tokens ?? 0;
  row.count += 1;
  row.inTokens += (sample.input_tokens ?? 0) + creation + read;
  row.outTokens += sample.output_tokens ?? 0;
  row.creationTokens += creation;
  row.readTokens += read;
  row.wallMs += sample.latency_ms ?? 0;
  const { streamMs, ttftMs } = streamTimes(sample);
  row.streamMs += streamMs;
  if (streamMs > 0) row.streamOutTokens += sample.output_tokens ?? 0;
  if (ttftMs !== null) row.ttft.add(ttftMs);
  if (sample.latency_ms !== null) row.latency.add(sample.latency_ms);
}

const SUMS = [
  "count",
  "errors",
  "limits",
  "rerouted",
  "inTokens",
  "outTokens",
  "creationTokens",
  "readTokens",
  "streamOutTokens",
  "streamMs",
  "wallMs",
] as const;

export function mergeRow(into: RollupRow, other: RollupRow): void {
  for (const sum of SUMS) into[sum] += other[sum];
  into.ttft.merge(other.ttft);
  into.latency.merge(other.latency);
}

/** Sums rows up by model or by lane, oldest first within each. By lane, what each class took stands beside. */
export function toRollups(rows: Iterable<RollupRow>, by: "model" | "lane"): Record<string, UsageRollup[]> {
  const groups = new Map<string, Map<number, RollupRow[]>>();
  for (const row of rows) {
    const spans = groups.get(row[by]) ?? new Map<number, RollupRow[]>();
    groups.set(row[by], spans);
    const members = spans.get(row.start);
    if (members === undefined) spans.set(row.start, [row]);
    else members.push(row);
  }
  const ordered = [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    ordered.map(([name, spans]) => [
      name,
      [...spans].sort(([a], [b]) => a - b).map(([, members]) => toRollup(members, by)),
    ]),
  );
}

function toRollup(members: readonly RollupRow[], by: "model" | "lane"): UsageRollup {
  const [first] = members;
  if (first === undefined) throw new RangeError("a rollup needs a row");
  const sum = emptyRow(first);
  for (const row of members) mergeRow(sum, row);
  const { ttft, latency } = sum;
  return {
    window_start: sum.start,
    in_tokens: sum.inTokens,
    out_tokens: sum.outTokens,
    count: sum.count,
    out_elr_tps: rate(sum.streamOutTokens, sum.streamMs),
    out_dirty_tps: rate(sum.outTokens, sum.wallMs),
    ttft_ms: quantiles(ttft),
    latency_ms: quantiles(latency),
    cache_creation_tokens: sum.creationTokens,
    cache_read_tokens: sum.readTokens,
    stream_out_tokens: sum.streamOutTokens,
    stream_ms: sum.streamMs,
    wall_ms: sum.wallMs,
    errors: sum.errors,
    limits: sum.limits,
    rerouted: sum.rerouted,
    ...(by === "lane" ? { classes: classShares(members) } : {}),
  };
}

function quantiles(sketch: Sketch) {
  const at = (share: number): number | null => sketch.quantile(share);
  return { p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99) };
}

function rate(tokens: number, ms: number): number | null {
  return ms > 0 ? tokens / (ms / 1000) : null;
}

function classShares(members: readonly RollupRow[]): NonNullable<UsageRollup["classes"]> {
  const shares: NonNullable<UsageRollup["classes"]> = {};
  for (const { trafficClass, inTokens, outTokens, count } of members) {
    const share = Object.hasOwn(shares, trafficClass) ? shares[trafficClass] : undefined;
    if (share === undefined) shares[trafficClass] = { in_tokens: inTokens, out_tokens: outTokens, count };
    else {
      share.in_tokens += inTokens;
      share.out_tokens += outTokens;
      share.count += count;
    }
  }
  return shares;
}
