import * as v from "valibot";
import { maybe, number } from "./fields.ts";

/** Spans of `GET /v1/usage/series`. */
export const SERIES_RANGES = ["5h", "24h", "7d"] as const;
export type SeriesRange = (typeof SERIES_RANGES)[number];

/** Query of `GET /v1/usage/series`. */
export const SeriesQuerySchema = v.strictObject({
  range: v.optional(v.picklist(SERIES_RANGES), "24h"),
});
export type SeriesQuery = v.InferOutput<typeof SeriesQuerySchema>;

const counts = v.array(number);
const shares = v.array(maybe);
const middle = v.looseObject({ p50: shares, p95: shares });

/** What one lane did, one entry a step; lists are as long as `steps` says. */
export const LaneSeriesSchema = v.looseObject({
  used: v.record(v.string(), shares),
  resets: v.record(v.string(), v.array(number)),
  limits: v.array(number),
  requests: counts,
  input_tokens: counts,
  output_tokens: counts,
  cache_creation_tokens: counts,
  cache_read_tokens: counts,
  classes: v.record(v.string(), counts),
  ttft_ms: middle,
  latency_ms: middle,
});
export type LaneSeries = v.InferOutput<typeof LaneSeriesSchema>;

/** `GET /v1/usage/series`: history in even steps, the newest one still running. */
export const SeriesViewSchema = v.looseObject({
  ts: number,
  range: v.picklist(SERIES_RANGES),
  start_ts: number,
  step_sec: number,
  steps: number,
  lanes: v.record(v.string(), LaneSeriesSchema),
});
export type SeriesView = v.InferOutput<typeof SeriesViewSchema>;
