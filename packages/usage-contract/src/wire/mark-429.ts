import * as v from "valibot";
import { between, laneName, modelName } from "./fields.ts";

/** Longest declared limit that is believed: the monthly windows some plans have. */
export const MAX_MARK_SEC = 2_678_400;

/**
 * `POST /v1/quotas/mark-429`: "this model is at its limit". Without `lane` it means the model's preferred lane;
 * without `retry_after_sec` the configured cooldown, at least 1 s.
 */
export const Mark429RequestSchema = v.strictObject({
  model: modelName,
  lane: v.optional(laneName),
  retry_after_sec: v.optional(between(0, MAX_MARK_SEC)),
});
export type Mark429Request = v.InferOutput<typeof Mark429RequestSchema>;
