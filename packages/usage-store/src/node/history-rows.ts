import { hash } from "node:crypto";
import type { SQLInputValue } from "node:sqlite";
import type { Granularity, UsageSample } from "@ccp/usage-contract";
import type { HistorySample } from "../roll-up.ts";
import type { RollupKey, RollupRow } from "../rollup-row.ts";
import { Sketch } from "../sketch.ts";
import type { WindowSample } from "../window-sample.ts";

/** 52 bits of a fingerprint: they fit a number, and among ten million samples one in a hundred chances is one clash. */
export function shortId(rid: string, attempt: number): number {
  const bytes = hash("sha256", `${attempt} ${rid}`, "buffer");
  return bytes.readUIntBE(0, 6) * 16 + ((bytes[6] ?? 0) & 15);
}

export function toValues(model: string, attempt: number, sample: UsageSample): SQLInputValue[] {
  return [
    sample.rid,
    attempt,
    sample.ts,
    model,
    sample.lane,
    sample.op,
    sample.status,
    sample.decision,
    sample.reroute_decision,
    sample.reason,
    sample.input_tokens,
    sample.output_tokens,
    sample.cache_creation_tokens,
    sample.cache_read_tokens,
    sample.latency_ms,
    sample.stream_ms,
    sample.ttft_ms,
    sample.traffic_class ?? null,
    sample.origin ?? null,
  ];
}

type Row = Readonly<Record<string, unknown>>;

/** The order of the fields is that of the wire. */
export function toHistorySample(row: Row): HistorySample {
  const { ts, rid, lane, op, input_tokens, output_tokens, cache_creation_tokens, cache_read_tokens } = row;
  const { status, decision, reroute_decision, reason, latency_ms, stream_ms, ttft_ms } = row;
  const tokens = { input_tokens, output_tokens, cache_creation_tokens, cache_read_tokens };
  const sample = {
    ts,
    rid,
    lane,
    op,
    ...tokens,
    status,
    decision,
    reroute_decision,
    reason,
    latency_ms,
    stream_ms,
    ttft_ms,
  };
  const more = {
    ...(row.traffic_class === null ? {} : { traffic_class: row.traffic_class }),
    ...(row.origin === null ? {} : { origin: row.origin }),
  };
  return {
    model: String(row.model),
    attempt: Number(row.attempt),
    sample: { ...sample, ...more } as UsageSample,
  };
}

export function toRollupRow(row: Row): RollupRow {
  const key: RollupKey = {
    granularity: row.granularity as Granularity,
    start: Number(row.start),
    lane: String(row.lane),
    model: String(row.model),
    trafficClass: String(row.class),
  };
  return {
    ...key,
    count: Number(row.count),
    errors: Number(row.errors),
    limits: Number(row.limits),
    rerouted: Number(row.rerouted),
    inTokens: Number(row.in_tokens),
    outTokens: Number(row.out_tokens),
    creationTokens: Number(row.creation_tokens),
    readTokens: Number(row.read_tokens),
    // A database that was not written since the first schema has none.
    streamOutTokens: Number(row.stream_out_tokens ?? row.out_tokens),
    streamMs: Number(row.stream_ms),
    wallMs: Number(row.wall_ms),
    ttft: Sketch.fromText(String(row.ttft)),
    latency: Sketch.fromText(String(row.latency)),
  };
}

export function toWindowSample(row: Row): WindowSample {
  return {
    ts: Number(row.ts),
    lane: String(row.lane),
    model: row.model === "" ? null : String(row.model),
    window: String(row.window),
    source: String(row.source),
    used: toNumber(row.used),
    reset: toNumber(row.reset),
  };
}

export function toNumber(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
