import * as v from "valibot";
import { NUMBER_SOURCES } from "../words.ts";
import { maybe, number, queryNumber, requestText, text } from "./fields.ts";
import { UsageEventSchema } from "./usage-event.ts";

/** Newest requests whose decisions are kept with all their figures. */
export const REQUEST_RING_SIZE = 500;

/** Query of `GET /v1/requests`. */
export const RequestsQuerySchema = v.strictObject({
  rid: v.optional(requestText(100)),
  limit: v.optional(queryNumber(1, REQUEST_RING_SIZE, true), "50"),
});
export type RequestsQuery = v.InferOutput<typeof RequestsQuerySchema>;

/** One limit that was weighed for a decision. */
export const ConstraintViewSchema = v.looseObject({
  name: text,
  used_pct: maybe,
  used_tokens: maybe,
  capacity_tokens: maybe,
  effective_capacity_tokens: maybe,
  headroom_tokens: maybe,
  reset_ts: maybe,
  source: v.picklist(NUMBER_SOURCES),
  age_sec: maybe,
  warned: v.boolean(),
  blocked: v.boolean(),
  binding: v.boolean(),
});
export type ConstraintView = v.InferOutput<typeof ConstraintViewSchema>;

/** One decision of a request, with the figures it was taken on. `event` is absent where no lane was asked. */
export const ExplainedDecisionSchema = v.looseObject({
  ts: number,
  lane: v.nullable(text),
  preferred_lane: text,
  reason: text,
  warn_threshold: number,
  headroom_tokens: maybe,
  predicted: v.record(
    v.string(),
    v.looseObject({ input_tokens: number, output_tokens: number, counted_tokens: number }),
  ),
  constraints: v.array(ConstraintViewSchema),
  event: v.optional(UsageEventSchema),
});
export type ExplainedDecision = v.InferOutput<typeof ExplainedDecisionSchema>;

/** One request: every decision in order, and how it ended. */
export const ExplainedRequestSchema = v.looseObject({
  rid: text,
  model: text,
  decisions: v.array(ExplainedDecisionSchema),
  completion: v.nullable(UsageEventSchema),
});
export type ExplainedRequest = v.InferOutput<typeof ExplainedRequestSchema>;

/** `GET /v1/requests`, newest first. */
export const RequestsViewSchema = v.looseObject({ ts: number, requests: v.array(ExplainedRequestSchema) });
export type RequestsView = v.InferOutput<typeof RequestsViewSchema>;
