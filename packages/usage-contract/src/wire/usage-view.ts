import * as v from "valibot";
import { LANE_STATES, NUMBER_SOURCES, REROUTE_DECISIONS, REROUTE_MODES } from "../words.ts";
import { maybe, modelName, number, quantiles, text } from "./fields.ts";

/** Query of `GET /v1/usage`; other parameters are ignored. */
export const UsageQuerySchema = v.object({ model: v.optional(modelName) });
export type UsageQuery = v.InferOutput<typeof UsageQuerySchema>;

/** Whether a lane takes requests now: the same object wherever the API tells of it. */
export const LaneVerdictSchema = v.looseObject({
  state: v.picklist(LANE_STATES),
  /** When it opens; `null` where it is open, or no end is known. */
  until_ts: maybe,
  window: v.optional(v.nullable(text)),
  used_pct: v.optional(maybe),
  reason: v.optional(text),
  refusals: v.optional(number),
});
export type LaneVerdictView = v.InferOutput<typeof LaneVerdictSchema>;

const RatesSchema = v.looseObject({
  out_elr_tps: maybe,
  out_dirty_tps: maybe,
  in_elr_tps: maybe,
  in_dirty_tps: maybe,
  total_elr_tps: maybe,
  total_dirty_tps: maybe,
});

/** Speeds of one model: ELR is output ÷ streaming seconds, dirty is ÷ wall seconds. `null` under the sample floor. */
export const SpeedsSchema = v.looseObject({
  rolling: RatesSchema,
  session: RatesSchema,
  ttft_ms: quantiles,
  /** 24 entries, server local time; rates are `null` under 10 samples. */
  hourly: v.array(v.looseObject({ hour: number, samples: number, out_elr_tps: maybe, out_dirty_tps: maybe })),
  rolling_samples: number,
  weekly_samples: number,
});
export type Speeds = v.InferOutput<typeof SpeedsSchema>;

/** What one lane served of a model. */
export const ServedOnLaneSchema = v.looseObject({
  reqs: number,
  input_tokens: number,
  output_tokens: number,
  cache_creation_tokens: number,
  cache_read_tokens: number,
  rolling_used_tokens: v.optional(number),
  rolling_capacity_tokens: v.optional(maybe),
  rolling_pct: v.optional(maybe),
  eta_rolling_sec: v.optional(number),
  weekly_used_tokens: v.optional(number),
  weekly_capacity_tokens: v.optional(maybe),
  weekly_pct: v.optional(maybe),
  eta_weekly_sec: v.optional(number),
  /** Whether the lane takes requests for this model now. */
  verdict: v.optional(LaneVerdictSchema),
});
export type ServedOnLane = v.InferOutput<typeof ServedOnLaneSchema>;

/** One model of `GET /v1/usage`. Ratios are 0..1 and may exceed 1; caps that are not configured are `null`. */
export const ModelUsageSchema = v.looseObject({
  provider: v.string(),
  rolling_in: number,
  rolling_out: number,
  rolling_pct: maybe,
  weekly_pct: maybe,
  reqs: number,
  eta_rolling_sec: number,
  eta_weekly_sec: number,
  warn: v.boolean(),
  block: v.boolean(),
  rolling_used_tokens: number,
  rolling_capacity_tokens: maybe,
  weekly_used_tokens: number,
  weekly_capacity_tokens: maybe,
  reserved_tokens: number,
  headroom_pct_rolling: maybe,
  headroom_pct_weekly: maybe,
  quota_headroom_pct: maybe,
  weekly_hours: number,
  warn_pct: number,
  warn_pct_auto: number,
  warn_pct_confidence: number,
  gap_seconds_p50: maybe,
  gap_seconds_p95: maybe,
  gap_samples: number,
  reroute_mode: v.picklist(REROUTE_MODES),
  cooldown_active: v.boolean(),
  cooldown_next_ts: maybe,
  rate_15m_tokens_per_min: v.optional(maybe),
  /** Where a typical request for it would go now; absent for models that are counted together. */
  would: v.optional(
    v.looseObject({
      lane: v.nullable(text),
      reroute_decision: v.picklist(REROUTE_DECISIONS),
      /** Lanes of its route, the preferred one first. */
      lanes: v.optional(v.array(text)),
      states: v.optional(v.record(text, LaneVerdictSchema)),
    }),
  ),
  speeds: SpeedsSchema,
  /** Each lane that served this model: a fallback's usage stands here, and in `lanes` alone. */
  lanes: v.optional(v.record(v.string(), ServedOnLaneSchema)),
  /** Whether the model's own lane takes its requests now. */
  verdict: v.optional(LaneVerdictSchema),
});
export type ModelUsage = v.InferOutput<typeof ModelUsageSchema>;

export const LaneWindowSchema = v.looseObject({
  name: v.string(),
  used_pct: maybe,
  reset_ts: maybe,
  source: v.picklist(NUMBER_SOURCES),
  age_sec: maybe,
  /** The model family a scoped window binds; absent for windows of the whole account. */
  model: v.optional(v.string()),
  rate_15m_pct_per_min: v.optional(maybe),
  used_tokens: v.optional(maybe),
  capacity_tokens: v.optional(maybe),
});
export type LaneWindow = v.InferOutput<typeof LaneWindowSchema>;

export const LaneUsageSchema = v.looseObject({
  state: v.picklist(LANE_STATES),
  windows: v.array(LaneWindowSchema),
  /** Why the state is not `ok`, one line, no secret. */
  reason: v.optional(v.string()),
  until_ts: v.optional(maybe),
  window: v.optional(v.nullable(text)),
  used_pct: v.optional(maybe),
  refusals: v.optional(number),
});
export type LaneUsage = v.InferOutput<typeof LaneUsageSchema>;

/** `GET /v1/usage`. */
export const UsageViewSchema = v.looseObject({
  ts: number,
  path: v.nullable(v.string()),
  reroute_mode: v.picklist(REROUTE_MODES),
  cooldown_sec: number,
  lanes: v.record(v.string(), LaneUsageSchema),
  models: v.record(v.string(), ModelUsageSchema),
  probe_results: v.optional(v.string()),
  demo: v.optional(v.literal(true)),
  uptime_sec: v.optional(number),
  in_flight: v.optional(number),
  totals: v.optional(v.looseObject({ rerouted: number, wasted_retry_ms: number })),
  /** Which process answers. */
  gateway: v.optional(
    v.looseObject({
      version: text,
      node: text,
      pid: number,
      host: text,
      /** The proxies that stand between it and its lanes: address and variable, no credentials. Absent: none. */
      proxies: v.optional(v.array(text)),
      /** Absolute; told only to callers on the gateway's own machine. */
      state_dir: v.optional(text),
      logs_dir: v.optional(text),
    }),
  ),
  log: v.optional(v.looseObject({ dropped: number, partial_writes: number, degraded: v.nullable(text) })),
  /** The count that this gateway shares with others: every figure of a capped window is then that of all of them. */
  shared: v.optional(
    v.looseObject({
      state: v.picklist(["on", "slow", "away", "joining"]),
      plan: text,
      gateways: number,
      since_ts: number,
      reason: v.optional(text),
    }),
  ),
  failover_paused: v.optional(v.literal(true)),
  model_hint: v.optional(text),
  quota_issues: v.optional(number),
  /** Quota patterns that no model has used yet: such a model has no entry of its own. */
  waiting_quotas: v.optional(
    v.record(
      text,
      v.looseObject({ provider: text, rolling_capacity_tokens: maybe, weekly_capacity_tokens: maybe }),
    ),
  ),
  /** The model that `?model=` asked about: where a typical request for it would go now. */
  asked: v.optional(
    v.looseObject({
      model: text,
      lane: v.nullable(text),
      reroute_decision: v.picklist(REROUTE_DECISIONS),
      lanes: v.array(text),
      states: v.record(text, LaneVerdictSchema),
    }),
  ),
  last_switch: v.optional(
    v.looseObject({ ts: number, model: text, lane: text, reroute_decision: v.picklist(REROUTE_DECISIONS) }),
  ),
  windows: v.optional(v.looseObject({ rolling_seconds: number, weekly_seconds: number })),
});
export type UsageView = v.InferOutput<typeof UsageViewSchema>;
