import * as v from "valibot";
import { maybe, modelName, number, quantiles, queryTime } from "./fields.ts";

export const GRANULARITIES = ["hour", "day"] as const;
export type Granularity = (typeof GRANULARITIES)[number];

/** Query of `GET /v1/usage/rollups`. */
export const RollupsQuerySchema = v.strictObject({
  granularity: v.optional(v.picklist(GRANULARITIES), "hour"),
  since: v.optional(queryTime),
  model: v.optional(modelName),
});
export type RollupsQuery = v.InferOutput<typeof RollupsQuerySchema>;

/** One hour or day of one model. */
export const UsageRollupSchema = v.looseObject({
  window_start: number,
  in_tokens: number,
  out_tokens: number,
  count: number,
  out_elr_tps: maybe,
  out_dirty_tps: maybe,
  ttft_ms: quantiles,
});
export type UsageRollup = v.InferOutput<typeof UsageRollupSchema>;

/** `GET /v1/usage/rollups`, oldest first within a model; windows without traffic are absent. */
export const RollupsViewSchema = v.looseObject({
  ts: number,
  granularity: v.picklist(GRANULARITIES),
  models: v.record(v.string(), v.array(UsageRollupSchema)),
});
export type RollupsView = v.InferOutput<typeof RollupsViewSchema>;
