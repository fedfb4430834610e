import * as v from "valibot";
import { DECISIONS, REROUTE_DECISIONS } from "../words.ts";
import { maybe, modelName, number, queryNumber, requestText, requestTokens, text } from "./fields.ts";
import { ConstraintViewSchema } from "./requests.ts";
import { LaneVerdictSchema } from "./usage-view.ts";

/** Newest samples that are kept; older ones are dropped. */
export const DECISION_RING_SIZE = 200;

/**
 * `POST /v1/decisions`: what an orchestrator means to send. Keys this gateway does not know are left out of
 * `accepted` and are no error: orchestrators of several versions live side by side.
 */
export const DecisionRequestSchema = v.object({
  model: modelName,
  route: v.optional(requestText(200)),
  escalation_reason: v.optional(requestText(1000)),
  input_tokens: v.optional(requestTokens),
  max_tokens: v.optional(requestTokens),
  source: v.optional(requestText(200)),
  note: v.optional(requestText(1000)),
});
export type DecisionRequest = v.InferOutput<typeof DecisionRequestSchema>;

/** One limit that one candidate lane was weighed against. */
export const LaneConstraintSchema = v.looseObject({ lane: text, ...ConstraintViewSchema.entries });
export type LaneConstraint = v.InferOutput<typeof LaneConstraintSchema>;

/** What the gateway would do now. `lane` is `null` where it would refuse. */
export const WouldSchema = v.looseObject({
  lane: v.nullable(text),
  decision: v.picklist(DECISIONS),
  reroute_decision: v.picklist(REROUTE_DECISIONS),
  reason: text,
  predicted_tokens: maybe,
  headroom_tokens: maybe,
  headroom_pct_rolling: maybe,
  headroom_pct_weekly: maybe,
  quota_headroom_pct: maybe,
  warn: v.boolean(),
  block: v.boolean(),
  retry_ts: maybe,
  lanes: v.optional(v.array(text)),
  /** Whether each candidate takes requests now, and when it opens where it does not. */
  states: v.optional(v.record(text, LaneVerdictSchema)),
  constraints: v.optional(v.array(LaneConstraintSchema)),
});
export type Would = v.InferOutput<typeof WouldSchema>;

/** The 202 answer, and one entry of the list. */
export const DecisionSampleSchema = v.looseObject({
  id: text,
  ts: number,
  dry_run: v.literal(true),
  accepted: v.looseObject(DecisionRequestSchema.entries),
  would: WouldSchema,
});
export type DecisionSample = v.InferOutput<typeof DecisionSampleSchema>;

/** Query of `GET /v1/decisions`. */
export const DecisionsQuerySchema = v.strictObject({
  limit: v.optional(queryNumber(1, DECISION_RING_SIZE, true), `${DECISION_RING_SIZE}`),
});
export type DecisionsQuery = v.InferOutput<typeof DecisionsQuerySchema>;

/** `GET /v1/decisions`, newest first. */
export const DecisionsViewSchema = v.looseObject({ ts: number, decisions: v.array(DecisionSampleSchema) });
export type DecisionsView = v.InferOutput<typeof DecisionsViewSchema>;
