export { builtInCatalog } from "./built-in-catalog.ts";
export {
  type Catalog,
  DEFAULT_ANSWERS,
  DIALECT_NAMES,
  type DialectName,
  EXTRACTOR_NAMES,
  type ExtractorName,
  findLane,
  HEADER_MODES,
  type HeaderMode,
  type HoldMode,
  type Lane,
  type LaneAnswers,
  type LaneAuth,
  type LaneModel,
  type LaneNeedSettings,
  type MissingStopMode,
  type ModelMapping,
  type Route,
} from "./catalog.ts";
export {
  type CatalogFileView,
  type CatalogView,
  describeCatalog,
  type ProviderFileView,
  type ProviderView,
  type RouteView,
  toCatalogFile,
} from "./describe-catalog.ts";
export { formatIssue } from "./issue/issue.ts";
export { type Environment, type LaneKey, laneKeyValue, resolveLaneKeys } from "./lane-keys.ts";
export { type CatalogResult, parseCatalog } from "./parse-catalog.ts";
export { parseQuotas, type QuotasResult } from "./parse-quotas.ts";
export { mapModel, servesModel } from "./route/map-model.ts";
export { contextTokensFor, headerModeFor } from "./route/model-entry.ts";
export { planRoute, type RoutePlan } from "./route/plan-route.ts";
