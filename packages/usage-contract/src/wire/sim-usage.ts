import * as v from "valibot";
import { between, laneName, modelName, number, requestTokens, whole } from "./fields.ts";

export const MAX_SIM_REPEAT = 10_000;
const HOUR_SEC = 3600;
const DAY_MS = 86_400_000;

/**
 * `POST /v1/dev/sim-usage`: books usage nobody spent. It feeds windows and speeds, not metrics, log or store.
 *
 * `seconds` is wall and stream time of each repeat; without it no speed is recorded. `interval_ms` is the distance
 * between two repeats on the clock: the last one ends now, earlier ones lie in the past, so the answer comes at once.
 */
export const SimUsageRequestSchema = v.strictObject({
  model: modelName,
  in: requestTokens,
  out: requestTokens,
  repeat: v.optional(whole(1, MAX_SIM_REPEAT), 1),
  seconds: v.optional(v.nullable(between(0, HOUR_SEC)), null),
  interval_ms: v.optional(between(0, DAY_MS), 0),
  lane: v.optional(laneName),
});
export type SimUsageRequest = v.InferOutput<typeof SimUsageRequestSchema>;

export const SimUsageAnswerSchema = v.looseObject({
  ok: v.literal(true),
  ts: v.optional(number),
});
export type SimUsageAnswer = v.InferOutput<typeof SimUsageAnswerSchema>;
