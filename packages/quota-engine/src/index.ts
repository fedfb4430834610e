export type { PointsPerMillion } from "./calibration/fit-classes.ts";
export type { LearnedUnit } from "./calibration/unit-learner.ts";
export { createQuotaEngine } from "./create-quota-engine.ts";
export { type ProbeFile, type ProbeResult, parseProbeResults } from "./probe/parse-probe-results.ts";
export type { ProbeRow } from "./probe/parse-probe-row.ts";
export type {
  OthersUsed,
  OthersView,
  SharedCost,
  SharedCounter,
  SharedSeries,
  SharedWindow,
} from "./shared/shared-types.ts";
export type { EngineSnapshot, RestoreResult } from "./snapshot/engine-snapshot.ts";
export type {
  AssessInput,
  Assessment,
  CalibrationRow,
  CalibrationView,
  Constraint,
  LeaseInput,
  LimitInput,
  ModelMarks,
  PredictInput,
  Prediction,
  QuotaEngine,
  QuotaEngineOptions,
  RequestBody,
  RequestMedia,
  UsageRecord,
  WindowFigures,
} from "./types.ts";
