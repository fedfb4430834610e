// What needs no schema. Kept apart so that a program which reads no wire data, or ends within a blink, loads no more.
export { ACCOUNT_LENGTH, accountLane, accountOf, laneOfAccount } from "./account-lane.ts";
export { parseDuration } from "./duration.ts";
export { type ParsedEnv, parseEnv, type Settings } from "./environment.ts";
export type { OtelSampler, OtelSettings } from "./environment-otel.ts";
export { type ProxyAddress, type ProxySettings, proxyFor } from "./environment-proxy.ts";
export { ENVIRONMENT, type EnvVariable } from "./environment-table.ts";
export { parseIsoMs } from "./iso-time.ts";
export {
  type LimitSignal,
  SIGNAL_KINDS,
  type SignalKind,
  type SignalScope,
  type WindowReading,
} from "./limit-signal.ts";
export { isLoopbackHost } from "./loopback.ts";
export { findForModel, isGlob, matchesModel, modelKey } from "./model-key.ts";
export { epochMs, isUsedRatio } from "./plausible.ts";
export {
  type ClassReserve,
  DEFAULT_DWELL_SEC,
  DEFAULT_WARN_PCT,
  type ModelQuota,
  type PoolQuota,
  type PreemptAt,
  type QuotaConfig,
  type QuotaRule,
  ROLLING_WINDOW_MS,
  type RollingKind,
  WEEKLY_WINDOW_MS,
  type WeeklyAnchor,
  type WeeklyKind,
  windowName,
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
  ANTHROPIC_LANE,
  changesLane,
  DECISIONS,
  DEFAULT_REROUTE_MODE,
  type DecisionKind,
  type HeaderReader,
  LANE_STATE_WORDS,
  LANE_STATES,
  type LaneId,
  type LaneState,
  type LaneTone,
  laneId,
  NUMBER_SOURCES,
  type NumberSource,
  parseRerouteMode,
  REROUTE_DECISIONS,
  REROUTE_MODES,
  type RerouteDecision,
  type RerouteMode,
  refusesAll,
  TRAFFIC_CLASSES,
  type TrafficClass,
} from "./words.ts";
