import type { HistorySample, RollupRow } from "@ccp/usage-store";
import { safeText } from "../render/safe-text.ts";

const SAMPLE_COLUMNS = [
  "ts",
  "rid",
  "attempt",
  "lane",
  "model",
  "traffic_class",
  "op",
  "status",
  "decision",
  "reroute_decision",
  "reason",
  "input_tokens",
  "output_tokens",
  "cache_creation_tokens",
  "cache_read_tokens",
  "latency_ms",
  "stream_ms",
  "ttft_ms",
  "origin",
] as const;

export const SAMPLES_HEAD: string = `${SAMPLE_COLUMNS.join(",")}\n`;

/** One exchange as a line of CSV (RFC 4180, with LF); unknown is empty. */
export function sampleCsv({ model, attempt, sample }: HistorySample): string {
  const fields: Readonly<Record<string, unknown>> = { ...sample, model, attempt };
  return csvLine(SAMPLE_COLUMNS.map((column) => fields[column] ?? null));
}

export const ROLLUPS_HEAD: string = `${[
  "granularity",
  "start",
  "lane",
  "model",
  "traffic_class",
  "count",
  "errors",
  "limits",
  "rerouted",
  "in_tokens",
  "out_tokens",
  "cache_creation_tokens",
  "cache_read_tokens",
  "stream_ms",
  "wall_ms",
  "ttft_p50_ms",
  "ttft_p90_ms",
  "ttft_p99_ms",
  "latency_p50_ms",
  "latency_p95_ms",
  "stream_out_tokens",
].join(",")}\n`;

/** One sum as a line of CSV. */
export function rollupCsv(row: RollupRow): string {
  return csvLine([
    row.granularity,
    row.start,
    row.lane,
    row.model,
    row.trafficClass,
    row.count,
    row.errors,
    row.limits,
    row.rerouted,
    row.inTokens,
    row.outTokens,
    row.creationTokens,
    row.readTokens,
    row.streamMs,
    row.wallMs,
    row.ttft.quantile(0.5),
    row.ttft.quantile(0.9),
    row.ttft.quantile(0.99),
    row.latency.quantile(0.5),
    row.latency.quantile(0.95),
    row.streamOutTokens,
  ]);
}

function csvLine(values: readonly unknown[]): string {
  return `${values.map((value) => csvField(value)).join(",")}\n`;
}

/**
 * Names come from clients: what would move a terminal's cursor is left out, and what a spreadsheet would take for a formula
 * gets an apostrophe in front, blanks before it or not.
 */
function csvField(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(Math.round(value * 1000) / 1000);
  const text = safeText(String(value));
  const safe = /^\s*[=+\-@＝＋－＠|%]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
