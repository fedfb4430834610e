import * as v from "valibot";
import { DECISIONS, REROUTE_DECISIONS, REROUTE_MODES, TRAFFIC_CLASSES } from "../words.ts";
import { maybe, maybeTokens, number } from "./fields.ts";

/** Numbers about the request's own model: the same in decision and completion entries. */
const quotaEntries = {
  rolling_used_tokens: number,
  rolling_capacity_tokens: maybe,
  weekly_used_tokens: number,
  weekly_capacity_tokens: maybe,
  headroom_pct_rolling: maybe,
  headroom_pct_weekly: maybe,
  quota_headroom_pct: maybe,
  predicted_tokens: number,
  warn_pct_cfg: number,
  quota_warn_threshold: number,
  warn_pct_auto: number,
  warn_pct_confidence: number,
  gap_seconds_p50: maybe,
  gap_seconds_p95: maybe,
  gap_samples: number,
  reroute_mode: v.picklist(REROUTE_MODES),
  cooldown_active: v.boolean(),
  cooldown_next_ts: maybe,
  cooldown_remaining_sec: number,
};

export const ERR_TYPES = [
  "401",
  "429",
  "4xx",
  "5xx",
  "net",
  "timeout",
  "idle_timeout",
  "stream_error",
  "",
] as const;
export type ErrType = (typeof ERR_TYPES)[number];

export const END_REASONS = [
  "ok",
  "streaming",
  "stream_timeout",
  "truncated",
  "client_closed",
  "error",
] as const;
export type EndReason = (typeof END_REASONS)[number];

export const USAGE_SOURCES = ["body", "headers", "estimate"] as const;
export type UsageSource = (typeof USAGE_SOURCES)[number];

/** Epoch seconds beyond which there is no date. */
const MAX_TS = 8_640_000_000_000;

/** A lane of the route that had said itself that nothing can be had of it, and until when. */
const ClosedLaneSchema = v.looseObject({
  lane: v.string(),
  /** `window`: it declares one spent. `mark`: it refused, and named an end. */
  by: v.picklist(["window", "mark"]),
  window: v.nullable(v.string()),
  until_ts: v.pipe(number, v.finite()),
});
export type ClosedLane = v.InferOutput<typeof ClosedLaneSchema>;

/**
 * One line of `logs/usage.jsonl`. A line with `event: "decision"` stands before each attempt (status −1); one
 * without `event` closes the exchange. Unknown keys are kept by readers: newer writers may add some.
 */
export const UsageEventSchema = v.looseObject({
  ts: v.pipe(number, v.finite(), v.minValue(0), v.maxValue(MAX_TS)),
  rid: v.string(),
  attempt: number,
  lane: v.string(),
  model: v.string(),
  status: number,
  event: v.optional(v.literal("decision")),
  decision: v.picklist(DECISIONS),
  decision_reason: v.picklist(REROUTE_DECISIONS),
  reason: v.picklist(END_REASONS),
  op: v.picklist(["nonstream", "stream"]),
  latency_ms: maybe,
  stream_ms: maybe,
  ttft_ms: maybe,
  input_tokens: maybeTokens,
  output_tokens: maybeTokens,
  cache_creation_tokens: maybeTokens,
  cache_read_tokens: maybeTokens,
  usage_source: v.nullable(v.picklist(USAGE_SOURCES)),
  err_type: v.picklist(ERR_TYPES),
  upstream: v.string(),
  h2: v.boolean(),
  header_mode: v.string(),
  retry: v.boolean(),
  backoff_ms: number,
  ...quotaEntries,
  reroute_decision: v.picklist(REROUTE_DECISIONS),
  reroute_attempt: number,
  preferred_attempt: v.boolean(),
  wasted_retry_ms: number,
  repairs: v.array(v.string()),
  traffic_class: v.optional(v.picklist(TRAFFIC_CLASSES)),
  request_key: v.optional(v.string()),
  closed_lanes: v.optional(v.array(ClosedLaneSchema)),
  account: v.optional(v.string()),
});
export type UsageEvent = v.InferOutput<typeof UsageEventSchema>;
export type QuotaFields = Pick<UsageEvent, Extract<keyof typeof quotaEntries, keyof UsageEvent>>;
