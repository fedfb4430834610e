import * as v from "valibot";
import { laneName, maybe, modelName, number } from "./fields.ts";

const learnedEntries = {
  gap_seconds_p50: maybe,
  gap_seconds_p95: maybe,
  gap_samples: number,
  bias: maybe,
  bias_samples: number,
  warn_pct: number,
  warn_pct_auto: number,
  warn_pct_confidence: number,
  calculated_reset_ts: maybe,
  declared_reset_ts: maybe,
};

/** What was learned about one model on one lane. */
export const LearnedSchema = v.looseObject(learnedEntries);
export type Learned = v.InferOutput<typeof LearnedSchema>;

/** The same for a cap that models share. */
export const LearnedPoolSchema = v.looseObject({ provider: v.string(), ...learnedEntries });
export type LearnedPool = v.InferOutput<typeof LearnedPoolSchema>;

/** How much one percent of a window is that a lane declares. */
export const UnitViewSchema = v.looseObject({
  window: v.string(),
  tokens_per_pct: maybe,
  confidence: number,
  spans: number,
  points_per_million: v.nullable(
    v.looseObject({ input: number, output: number, cache_creation: number, cache_read: number }),
  ),
});
export type UnitView = v.InferOutput<typeof UnitViewSchema>;

/** `GET /v1/calibration`. */
export const CalibrationViewSchema = v.looseObject({
  ts: number,
  probe_results: v.nullable(v.string()),
  windows: v.looseObject({ rolling_seconds: number, weekly_seconds: number }),
  models: v.record(v.string(), v.looseObject({ lanes: v.record(v.string(), LearnedSchema) })),
  pools: v.record(v.string(), LearnedPoolSchema),
  lanes: v.record(v.string(), v.looseObject({ units: v.array(UnitViewSchema) })),
});
export type CalibrationWire = v.InferOutput<typeof CalibrationViewSchema>;

/**
 * `POST /v1/calibration/reset`: forgets what traffic taught. Without `model` every model, pool and unit of the lane;
 * without `lane` on every lane. What the probe file says is read again and stays.
 */
export const CalibrationResetRequestSchema = v.strictObject({
  model: v.optional(modelName),
  lane: v.optional(laneName),
});
export type CalibrationResetRequest = v.InferOutput<typeof CalibrationResetRequestSchema>;
