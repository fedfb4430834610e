export { parseDuration } from "./duration.ts";
export { type AnswerType, ENDPOINTS, type Endpoint } from "./endpoints.ts";
export { type ParsedEnv, parseEnv, type Settings } from "./environment.ts";
export type { OtelSampler, OtelSettings } from "./environment-otel.ts";
export { ENVIRONMENT, type EnvVariable } from "./environment-table.ts";
export { parseIsoMs } from "./iso-time.ts";
export { type JsonSchema, type JsonSchemaOptions, jsonSchemaOf } from "./json-schema.ts";
export {
  type LimitSignal,
  SIGNAL_KINDS,
  type SignalKind,
  type SignalScope,
  type WindowReading,
} from "./limit-signal.ts";
export { isLoopbackHost } from "./loopback.ts";
export { findForModel, isGlob, matchesModel, modelKey } from "./model-key.ts";
export { openApiDocument } from "./openapi.ts";
export {
  type ClassReserve,
  DEFAULT_DWELL_SEC,
  DEFAULT_WARN_PCT,
  type ModelQuota,
  type PoolQuota,
  type PreemptAt,
  type QuotaConfig,
  type QuotaRule,
  type QuotasFile,
  QuotasFileSchema,
  ROLLING_WINDOW_MS,
  type RollingKind,
  toQuotaConfig,
  WEEKLY_WINDOW_MS,
  type WeeklyAnchor,
  type WeeklyKind,
} from "./quota-config.ts";
export {
  countTokens,
  DEFAULT_WEIGHTS,
  isTokenCount,
  MAX_TOKEN_COUNT,
  NO_USAGE,
  rawInput,
  type TokenCounts,
  type TokenUsage,
  type TokenWeights,
  toCounts,
} from "./token-usage.ts";
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
  type LaneWindow,
  LaneWindowSchema,
  type ModelUsage,
  ModelUsageSchema,
  type Speeds,
  SpeedsSchema,
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
export {
  ANTHROPIC_LANE,
  DECISIONS,
  DEFAULT_REROUTE_MODE,
  type DecisionKind,
  type HeaderReader,
  LANE_STATES,
  type LaneId,
  type LaneState,
  laneId,
  NUMBER_SOURCES,
  type NumberSource,
  parseRerouteMode,
  REROUTE_DECISIONS,
  REROUTE_MODES,
  type RerouteDecision,
  type RerouteMode,
  TRAFFIC_CLASSES,
  type TrafficClass,
} from "./words.ts";
