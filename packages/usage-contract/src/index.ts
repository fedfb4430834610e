export * from "./core.ts";
export { type AnswerType, ENDPOINTS, type Endpoint, RELAYED_PATHS } from "./endpoints.ts";
export { type JsonSchema, type JsonSchemaOptions, jsonSchemaOf } from "./json-schema.ts";
export { openApiDocument } from "./openapi.ts";
export { type QuotasFile, QuotasFileSchema, toQuotaConfig } from "./quotas-file.ts";
export {
  type CalibrationResetRequest,
  CalibrationResetRequestSchema,
  CalibrationViewSchema,
  type CalibrationWire,
  type Learned,
  type LearnedPool,
  LearnedPoolSchema,
  LearnedSchema,
  type UnitView,
  UnitViewSchema,
} from "./wire/calibration.ts";
export {
  DECISION_RING_SIZE,
  type DecisionRequest,
  DecisionRequestSchema,
  type DecisionSample,
  DecisionSampleSchema,
  type DecisionsQuery,
  DecisionsQuerySchema,
  type DecisionsView,
  DecisionsViewSchema,
  type LaneConstraint,
  type Would,
  WouldSchema,
} from "./wire/decisions.ts";
export { type ConfigIssue, type ErrorBody, ErrorBodySchema, IssueSchema } from "./wire/error-body.ts";
export { fieldNote, OBJECT_NOTES } from "./wire/glossary.ts";
export {
  type ImportAnswer,
  ImportAnswerSchema,
  type ImportRequest,
  ImportRequestSchema,
  type ImportRow,
  ImportRowSchema,
  MAX_IMPORT_ROWS,
} from "./wire/import-usage.ts";
export {
  LIVE_EVENT_NAMES,
  LIVE_EVENT_SCHEMAS,
  type LiveEvent,
  type LiveEventName,
  parseLiveEvent,
  renderLiveEvent,
} from "./wire/live-event.ts";
export { MAX_MARK_SEC, type Mark429Request, Mark429RequestSchema } from "./wire/mark-429.ts";
export { type ParsedBody, parseBody } from "./wire/parse-body.ts";
export {
  type ProvidersView,
  ProvidersViewSchema,
  type ProviderTest,
  type ProviderTestRequest,
  ProviderTestRequestSchema,
  ProviderTestSchema,
} from "./wire/providers-view.ts";
export { type QuotasView, QuotasViewSchema } from "./wire/quotas-view.ts";
export { type Readyz, ReadyzSchema } from "./wire/readyz.ts";
export {
  type ConstraintView,
  ConstraintViewSchema,
  type ExplainedDecision,
  ExplainedDecisionSchema,
  type ExplainedRequest,
  ExplainedRequestSchema,
  REQUEST_RING_SIZE,
  type RequestsQuery,
  RequestsQuerySchema,
  type RequestsView,
  RequestsViewSchema,
} from "./wire/requests.ts";
export {
  GRANULARITIES,
  type Granularity,
  type RollupsQuery,
  RollupsQuerySchema,
  type RollupsView,
  RollupsViewSchema,
  type UsageRollup,
  UsageRollupSchema,
} from "./wire/rollups.ts";
export {
  type SamplesQuery,
  SamplesQuerySchema,
  type SamplesView,
  SamplesViewSchema,
  type UsageSample,
  UsageSampleSchema,
} from "./wire/samples.ts";
export {
  type LaneSeries,
  LaneSeriesSchema,
  SERIES_RANGES,
  type SeriesQuery,
  SeriesQuerySchema,
  type SeriesRange,
  type SeriesView,
  SeriesViewSchema,
} from "./wire/series.ts";
export {
  MAX_SIM_REPEAT,
  type SimUsageAnswer,
  SimUsageAnswerSchema,
  type SimUsageRequest,
  SimUsageRequestSchema,
} from "./wire/sim-usage.ts";
export {
  type StatuslineInput,
  StatuslineInputSchema,
  type StatuslineQuery,
  StatuslineQuerySchema,
  statuslineWindows,
} from "./wire/statusline.ts";
export {
  type ClosedLane,
  END_REASONS,
  type EndReason,
  ERR_TYPES,
  type ErrType,
  type QuotaFields,
  USAGE_SOURCES,
  type UsageEvent,
  UsageEventSchema,
  type UsageSource,
} from "./wire/usage-event.ts";
export {
  type LaneUsage,
  LaneUsageSchema,
  LaneVerdictSchema,
  type LaneVerdictView,
  type LaneWindow,
  LaneWindowSchema,
  type ModelUsage,
  ModelUsageSchema,
  type ServedOnLane,
  ServedOnLaneSchema,
  type Speeds,
  SpeedsSchema,
  type UsageQuery,
  UsageQuerySchema,
  type UsageView,
  UsageViewSchema,
} from "./wire/usage-view.ts";
export {
  type WindowSeries,
  WindowSeriesSchema,
  type WindowsQuery,
  WindowsQuerySchema,
  type WindowsView,
  WindowsViewSchema,
} from "./wire/windows.ts";
export { WIRE_SCHEMAS, type WireName, wireName } from "./wire/wire-schemas.ts";
export { wireJsonSchema } from "./wire-json-schema.ts";
