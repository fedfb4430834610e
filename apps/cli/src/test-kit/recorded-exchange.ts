import type { UsageEvent } from "@ccp/usage-contract";

/** One try of a recorded exchange. */
export interface TestAttempt {
  readonly lane: string;
  /** The rule that sent it there. Default `quota_pass`. */
  readonly rule?: UsageEvent["reroute_decision"];
  /** Milliseconds until it was known to have failed; the next attempt begins then. Default 0. */
  readonly lostMs?: number;
}

export interface TestExchange {
  /** Epoch seconds. */
  readonly at: number;
  readonly rid: string;
  readonly model?: string;
  /** In order; empty: the gateway answered by itself. Default: `zai`, once. */
  readonly attempts?: readonly TestAttempt[];
  /** Input tokens that it took; `null`: nothing was counted. Default 100. */
  readonly tokens?: number | null;
  readonly predicted?: number;
  /** Seconds from the start of the last attempt to its end. Default 1. */
  readonly seconds?: number;
  /** Seconds that the mark of the preferred lane has left once a limit was met. */
  readonly markedSec?: number;
  /** Changes to the line that ends it, and to the decisions before it. */
  readonly completion?: Partial<UsageEvent>;
  readonly decision?: Partial<UsageEvent>;
}

/** The lines of one exchange, as a gateway writes them. */
export function exchange(options: TestExchange): UsageEvent[] {
  const { at, rid, attempts = [{ lane: "zai" }], tokens = 100, predicted = 100, seconds = 1 } = options;
  let ts = at;
  let wasted = 0;
  let mark: Partial<UsageEvent> = {};
  const decisions = attempts.map(({ lane, rule = "quota_pass", lostMs = 0 }, index): UsageEvent => {
    const limit = rule === "quota_overshoot" ? options.markedSec : undefined;
    if (limit !== undefined) mark = marked(ts + limit, limit);
    const line = { ...BLANK, ...mark, ts, rid, lane, attempt: index + 1, predicted_tokens: predicted };
    const event = {
      ...line,
      ...named(options),
      ...ruled(rule, lane),
      wasted_retry_ms: wasted,
      ...options.decision,
    };
    ts += lostMs / 1000;
    wasted += lostMs;
    return { ...event, status: -1, event: "decision" };
  });
  const last = decisions.at(-1);
  const { event: _, ...base } = last ?? { ...BLANK, ts, rid, lane: "none", attempt: 1, ...named(options) };
  const ended: UsageEvent = {
    ...base,
    ...mark,
    ts: ts + seconds,
    status: tokens === null ? 429 : 200,
    predicted_tokens: predicted,
    latency_ms: (ts + seconds - at) * 1000,
    ttft_ms: tokens === null ? null : 0,
    input_tokens: tokens,
    output_tokens: tokens === null ? null : 0,
    usage_source: tokens === null ? null : "body",
    reason: tokens === null ? "error" : "ok",
    err_type: tokens === null ? "429" : "",
    wasted_retry_ms: wasted,
    ...options.completion,
  };
  return [...decisions, ended];
}

function named({ model }: TestExchange): Partial<UsageEvent> {
  return model === undefined ? {} : { model };
}

function ruled(rule: UsageEvent["reroute_decision"], lane: string): Partial<UsageEvent> {
  const decision = lane === "anthropic" ? "pass_through" : "forced_model";
  return { reroute_decision: rule, decision_reason: rule, decision };
}

function marked(untilTs: number, leftSec: number): Partial<UsageEvent> {
  return { cooldown_active: true, cooldown_next_ts: untilTs, cooldown_remaining_sec: leftSec };
}

const BLANK: UsageEvent = {
  ts: 0,
  rid: "",
  attempt: 1,
  lane: "zai",
  model: "claude-haiku-4.5",
  status: 200,
  decision: "forced_model",
  decision_reason: "quota_pass",
  reason: "ok",
  op: "stream",
  latency_ms: null,
  stream_ms: null,
  ttft_ms: null,
  input_tokens: null,
  output_tokens: null,
  cache_creation_tokens: null,
  cache_read_tokens: null,
  usage_source: null,
  err_type: "",
  upstream: "https://api.z.ai",
  h2: false,
  header_mode: "x-api-key",
  retry: false,
  backoff_ms: 0,
  rolling_used_tokens: 0,
  rolling_capacity_tokens: 1000,
  weekly_used_tokens: 0,
  weekly_capacity_tokens: null,
  headroom_pct_rolling: null,
  headroom_pct_weekly: null,
  quota_headroom_pct: null,
  predicted_tokens: 0,
  warn_pct_cfg: 0.8,
  quota_warn_threshold: 0.8,
  warn_pct_auto: 0.8,
  warn_pct_confidence: 0,
  gap_seconds_p50: null,
  gap_seconds_p95: null,
  gap_samples: 0,
  reroute_mode: "hybrid",
  cooldown_active: false,
  cooldown_next_ts: null,
  cooldown_remaining_sec: 0,
  reroute_decision: "quota_pass",
  reroute_attempt: 0,
  preferred_attempt: false,
  wasted_retry_ms: 0,
  repairs: [],
};
