import * as v from "valibot";
import { maybe, modelName, number, quantiles, queryTime } from "./fields.ts";

export const GRANULARITIES = ["5min", "hour", "day"] as const;
export type Granularity = (typeof GRANULARITIES)[number];

/** Query of `GET /v1/usage/rollups`. */
export const RollupsQuerySchema = v.strictObject({
  granularity: v.optional(v.picklist(GRANULARITIES), "hour"),
  since: v.optional(queryTime),
  model: v.optional(modelName),
  by: v.optional(v.picklist(["model", "lane"])),
});
export type RollupsQuery = v.InferOutput<typeof RollupsQuerySchema>;

const spread = v.looseObject({ p50: maybe, p90: maybe, p95: maybe, p99: maybe });

/** What one class of traffic took of a rollup. */
const ClassShareSchema = v.looseObject({ in_tokens: number, out_tokens: number, count: number });

/** Five minutes, an hour or a day of one model or one lane. */
export const UsageRollupSchema = v.looseObject({
  window_start: number,
  in_tokens: number,
  out_tokens: number,
  count: number,
  out_elr_tps: maybe,
  out_dirty_tps: maybe,
  ttft_ms: v.looseObject({ ...quantiles.entries, p95: v.optional(maybe) }),
  latency_ms: v.optional(spread),
  cache_creation_tokens: v.optional(number),
  cache_read_tokens: v.optional(number),
  stream_out_tokens: v.optional(number),
  stream_ms: v.optional(number),
  wall_ms: v.optional(number),
  errors: v.optional(number),
  limits: v.optional(number),
  rerouted: v.optional(number),
  classes: v.optional(v.record(v.string(), ClassShareSchema)),
});
export type UsageRollup = v.InferOutput<typeof UsageRollupSchema>;

/** `GET /v1/usage/rollups`, oldest first within a model; windows without traffic are absent. */
export const RollupsViewSchema = v.looseObject({
  ts: number,
  granularity: v.picklist(GRANULARITIES),
  models: v.record(v.string(), v.array(UsageRollupSchema)),
  lanes: v.optional(v.record(v.string(), v.array(UsageRollupSchema))),
});
export type RollupsView = v.InferOutput<typeof RollupsViewSchema>;
