import * as v from "valibot";
import { DECISIONS, REROUTE_DECISIONS } from "../words.ts";
import { maybe, maybeTokens, modelName, number, queryTime, text } from "./fields.ts";
import { END_REASONS } from "./usage-event.ts";

/** Query of `GET /v1/usage/samples`. */
export const SamplesQuerySchema = v.strictObject({
  since: v.optional(queryTime),
  model: v.optional(modelName),
});
export type SamplesQuery = v.InferOutput<typeof SamplesQuerySchema>;

/** One finished exchange. */
export const UsageSampleSchema = v.looseObject({
  ts: number,
  rid: text,
  lane: text,
  op: v.picklist(["nonstream", "stream"]),
  input_tokens: maybeTokens,
  output_tokens: maybeTokens,
  cache_creation_tokens: maybeTokens,
  cache_read_tokens: maybeTokens,
  status: number,
  decision: v.picklist(DECISIONS),
  reroute_decision: v.picklist(REROUTE_DECISIONS),
  reason: v.picklist(END_REASONS),
  latency_ms: maybe,
  stream_ms: maybe,
  ttft_ms: maybe,
  traffic_class: v.optional(text),
  origin: v.optional(text),
});
export type UsageSample = v.InferOutput<typeof UsageSampleSchema>;

/** `GET /v1/usage/samples`, oldest first within a model. */
export const SamplesViewSchema = v.looseObject({
  ts: number,
  models: v.record(v.string(), v.array(UsageSampleSchema)),
});
export type SamplesView = v.InferOutput<typeof SamplesViewSchema>;
