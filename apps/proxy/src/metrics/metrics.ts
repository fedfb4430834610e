import type { TokenCounts } from "@ccp/usage-contract";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { SharedStatus } from "../shared/shared-count.ts";
import { createSharedSeries, type SharedSeries } from "./shared-series.ts";

const OPENMETRICS: string = Registry.OPENMETRICS_CONTENT_TYPE;
const LATENCY_BUCKETS_MS = [50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 120_000, 300_000];

/** One attempt on one lane, or an exchange that no lane was asked for (`none`). */
export interface AttemptFigures {
  readonly lane: string;
  readonly op: "stream" | "nonstream";
  /** 0: no answer came. */
  readonly status: number;
  readonly latencyMs: number;
  readonly ttftMs: number | null;
}

/** The gauges of one model's window, read off the engine when somebody scrapes. */
export interface QuotaGauges {
  readonly lane: string;
  readonly model: string;
  readonly windows: readonly {
    readonly name: string;
    readonly usedRatio: number | null;
    readonly headroomTokens: number | null;
  }[];
  readonly warnRatio: number;
  readonly cooldownSeconds: number;
  readonly gapP50: number | null;
  readonly gapP95: number | null;
  readonly confidence: number;
}

export interface LaneGauge {
  readonly lane: string;
  readonly ready: boolean;
  readonly state: string;
  /** As the lane itself declares them. */
  readonly windows: readonly {
    readonly name: string;
    readonly usedRatio: number | null;
    readonly resetTs: number | null;
  }[];
}

/** Counted tokens of one model on one lane, by window. */
export interface UsedGauge {
  readonly lane: string;
  readonly model: string;
  readonly rolling: number;
  readonly weekly: number;
}

export interface ScrapeFacts {
  readonly quotas: readonly QuotaGauges[];
  readonly used: readonly UsedGauge[];
  readonly lanes: readonly LaneGauge[];
  readonly eventsDropped: number;
  readonly partialWrites: number;
  /** The history database; its size is 0 without one. */
  readonly store: {
    readonly writes: number;
    readonly writeErrors: number;
    readonly sizeBytes: number;
  };
  readonly logDegraded: boolean;
  /** `null`: the gateway counts for itself. */
  readonly shared: SharedStatus | null;
}

export interface Metrics {
  request(lane: string, op: AttemptFigures["op"], status: number): void;
  attempt(figures: AttemptFigures): void;
  tokens(lane: string, model: string, counts: TokenCounts, streamSec: number, dirtySec: number): void;
  preferredAttempt(model: string, lane: string): void;
  reroutedOnLimit(model: string, mode: string): void;
  wastedRetry(model: string, ms: number): void;
  fallback(model: string): void;
  reloadFailed(): void;
  /** A wrong token; `kind` is the one that was guessed at. */
  tokenRefused(kind: "admin" | "client"): void;
  repair(name: string): void;
  inflight(change: 1 | -1): void;
  /** Exchanges under way. */
  inflightNow(): number;
  readonly sharedDecision: SharedSeries["decision"];
  /** Prometheus text 0.0.4, or OpenMetrics. */
  render(openMetrics: boolean): Promise<{ contentType: string; body: string }>;
}

/**
 * All series of the gateway, in a registry of its own. Labels are lanes and models of closed sets, so what clients
 * send cannot make series.
 *
 * @param facts Read at each scrape: gauges are views of the engine, never copies kept beside it.
 * @param startedTs When the gateway started, Unix seconds.
 */
export function createMetrics(facts: () => ScrapeFacts, version: string, startedTs: number): Metrics {
  const registry = new Registry();
  const series = createSeries(registry);
  const shared = createSharedSeries(registry);
  let inflight = 0;
  series.started.set(startedTs);
  series.buildInfo.set({ version, node: process.version }, 1);
  return {
    request: (lane, op, status) => series.requests.inc({ lane, op, status: String(status) }),
    attempt({ lane, op, status, latencyMs, ttftMs }) {
      series.requests.inc({ lane, op, status: String(status) });
      series.latency.observe({ lane, op }, latencyMs);
      series.duration.observe({ lane, op }, latencyMs / 1000);
      if (ttftMs !== null) series.ttft.observe({ lane, op }, ttftMs);
    },
    tokens(lane, model, counts, streamSec, dirtySec) {
      const labels = { lane, model };
      series.input.inc(labels, counts.inputTokens);
      series.output.inc(labels, counts.outputTokens);
      series.cacheRead.inc(labels, counts.cacheReadTokens);
      series.cacheCreation.inc(labels, counts.cacheCreationTokens);
      series.streamSeconds.inc(labels, streamSec);
      // Over the seconds of streams: those of answers in one piece would make any lane look fast.
      series.streamOutput.inc(labels, streamSec > 0 ? counts.outputTokens : 0);
      series.dirtySeconds.inc(labels, Math.max(0, dirtySec));
    },
    preferredAttempt: (model, lane) => series.preferred.inc({ model, lane }),
    reroutedOnLimit: (model, mode) => series.rerouted.inc({ model, mode }),
    wastedRetry: (model, ms) => series.wasted.inc({ model }, Math.max(0, ms)),
    fallback: (model) => series.fallbacks.inc({ model }),
    reloadFailed: () => series.reloadFailures.inc(),
    tokenRefused: (kind) => series.tokenRefusals.inc({ kind }),
    repair: (name) => series.repairs.inc({ name }),
    inflight(change) {
      inflight += change;
      series.inflight.set(inflight);
    },
    inflightNow: () => inflight,
    sharedDecision: shared.decision,
    async render(openMetrics) {
      const now = facts();
      setGauges(series, now);
      shared.show(now.shared);
      const text = await registry.metrics();
      return openMetrics
        ? { contentType: OPENMETRICS, body: toOpenMetrics(text) }
        : { contentType: registry.contentType, body: text };
    },
  };
}

type Series = ReturnType<typeof createSeries>;

function createSeries(registry: Registry) {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> =>
    new Counter({ name, help, labelNames, registers });
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[] = []): Gauge<L> =>
    new Gauge({ name, help, labelNames, registers });
  const histogram = (name: string, help: string, buckets: number[]): Histogram<"lane" | "op"> =>
    new Histogram({ name, help, buckets, labelNames: ["lane", "op"], registers });
  const perModel = ["lane", "model"] as const;
  return {
    requests: counter(
      "ccp_requests_total",
      "Attempts per lane, and exchanges answered without one (lane none)",
      ["lane", "op", "status"],
    ),
    latency: histogram("ccp_latency_ms", "From the decision to the last byte, ms", LATENCY_BUCKETS_MS),
    duration: histogram(
      "ccp_request_duration_seconds",
      "From the decision to the last byte, seconds",
      LATENCY_BUCKETS_MS.map((ms) => ms / 1000),
    ),
    ttft: histogram("ccp_ttft_ms", "From the decision to the first byte, ms", LATENCY_BUCKETS_MS),
    preferred: counter(
      "ccp_preferred_attempt_total",
      "Attempts on the preferred lane at or past the warn threshold",
      ["model", "lane"],
    ),
    rerouted: counter("ccp_rerouted_on_limit_total", "Lane changes by a quota rule or an upstream limit", [
      "model",
      "mode",
    ]),
    wasted: counter("ccp_wasted_retry_ms_total", "Milliseconds of attempts that another lane made good", [
      "model",
    ]),
    fallbacks: counter("ccp_fallbacks_total", "Lane changes after a 5xx or a network failure", ["model"]),
    input: counter("ccp_input_tokens_total", "Input tokens, cache classes excluded", perModel),
    output: counter("ccp_output_tokens_total", "Output tokens", perModel),
    cacheRead: counter("ccp_cache_read_tokens_total", "Input tokens read from the prompt cache", perModel),
    cacheCreation: counter(
      "ccp_cache_creation_tokens_total",
      "Input tokens written to the prompt cache",
      perModel,
    ),
    streamSeconds: counter(
      "ccp_stream_seconds_total",
      "Seconds between first and last byte of streams",
      perModel,
    ),
    streamOutput: counter("ccp_stream_output_tokens_total", "Output tokens of streams", perModel),
    dirtySeconds: counter("ccp_dirty_seconds_total", "Seconds between decision and last byte", perModel),
    usedRatio: gauge("ccp_quota_used_ratio", "Used share of a window's configured cap, 0..1 and beyond", [
      "lane",
      "model",
      "window",
    ]),
    usedTokens: gauge("ccp_window_used_tokens", "Counted tokens in a window, on every lane that served", [
      "lane",
      "model",
      "window",
    ]),
    headroom: gauge("ccp_quota_headroom_tokens", "Counted tokens left in a window", [
      "lane",
      "model",
      "window",
    ]),
    warnRatio: gauge("ccp_quota_warn_ratio", "Share at which the window warns", perModel),
    cooldown: gauge(
      "ccp_quota_cooldown_seconds",
      "Seconds until the model's lane is tried again; 0 when idle",
      perModel,
    ),
    gap: gauge("ccp_gap_seconds", "Calculated minus declared reset", ["model", "quantile"]),
    confidence: gauge("ccp_warn_pct_confidence", "Confidence of the learned warn threshold, 0..1", ["model"]),
    ready: gauge("ccp_upstream_ready", "1: the lane can be used", ["lane"]),
    laneState: gauge("ccp_lane_state", "1 for the state the lane is in", ["lane", "state"]),
    laneWindowUsed: gauge(
      "ccp_lane_window_used_ratio",
      "Used share of a window as the lane itself declares it, 0..1 and beyond",
      ["lane", "window"],
    ),
    laneWindowReset: gauge(
      "ccp_lane_window_reset_timestamp_seconds",
      "When a declared window begins anew, Unix seconds",
      ["lane", "window"],
    ),
    inflight: gauge("ccp_inflight_requests", "Exchanges in progress"),
    dropped: counter("ccp_events_dropped_total", "Log lines lost while the disk refused them"),
    partial: counter("ccp_partial_writes_total", "Log lines that the disk took only in part"),
    logDegraded: gauge("ccp_log_degraded", "1 while the disk refuses log lines, which wait in memory"),
    storeWrites: counter("ccp_store_writes_total", "Rows written to the history database"),
    storeErrors: counter(
      "ccp_store_write_errors_total",
      "Writes that the history database refused, and rows given up for it",
    ),
    storeSize: gauge("ccp_store_size_bytes", "Size of the history database with its log of writes"),
    reloadFailures: counter("ccp_config_reload_failures_total", "Reloads refused because of a broken file"),
    tokenRefusals: counter("ccp_token_refusals_total", "Wrong admin and client tokens", ["kind"]),
    repairs: counter("ccp_repairs_total", "Repairs that changed a request or an answer", ["name"]),
    started: gauge("ccp_start_time_seconds", "When the gateway started, Unix seconds"),
    buildInfo: gauge("ccp_build_info", "1, with version and Node in the labels", ["version", "node"]),
  };
}

function setGauges(series: Series, facts: ScrapeFacts): void {
  const { usedRatio, usedTokens, headroom, laneState, ready, gap, laneWindowUsed, laneWindowReset } = series;
  for (const each of [
    usedRatio,
    usedTokens,
    headroom,
    laneState,
    ready,
    gap,
    laneWindowUsed,
    laneWindowReset,
  ])
    each.reset();
  for (const { lane, model, rolling, weekly } of facts.used) {
    usedTokens.set({ lane, model, window: "rolling" }, rolling);
    usedTokens.set({ lane, model, window: "weekly" }, weekly);
  }
  for (const quota of facts.quotas) setQuotaGauges(series, quota);
  for (const lane of facts.lanes) setLaneGauges(series, lane);
  series.logDegraded.set(facts.logDegraded ? 1 : 0);
  setCounter(series.dropped, facts.eventsDropped);
  setCounter(series.partial, facts.partialWrites);
  setCounter(series.storeWrites, facts.store.writes);
  setCounter(series.storeErrors, facts.store.writeErrors);
  series.storeSize.set(facts.store.sizeBytes);
}

/** An upstream names its windows itself: more of them than any plan has would be series without end. */
const MAX_LANE_WINDOWS = 8;

function setLaneGauges(series: Series, { lane, ready, state, windows }: LaneGauge): void {
  series.ready.set({ lane }, ready ? 1 : 0);
  series.laneState.set({ lane, state }, 1);
  for (const window of windows.slice(0, MAX_LANE_WINDOWS)) {
    const labels = { lane, window: window.name };
    if (window.usedRatio !== null) series.laneWindowUsed.set(labels, window.usedRatio);
    if (window.resetTs !== null) series.laneWindowReset.set(labels, window.resetTs);
  }
}

/**
 * The same text as OpenMetrics: there a counter's family goes without `_total`, no line is empty (Prometheus refuses the
 * whole scrape for one), and the end is marked. The client library's own way renames the counters for good, so that the
 * next plain scrape loses them.
 */
export function toOpenMetrics(text: string): string {
  const dense = text.trimEnd().replace(/\n{2,}/g, "\n");
  return `${dense.replace(/^(# (?:HELP|TYPE) \w+?)_total(?= )/gm, "$1")}\n# EOF\n`;
}

/** The log counts these itself and only up; a scrape shows where it stands. */
function setCounter(series: Counter<string>, value: number): void {
  series.reset();
  series.inc(value);
}

function setQuotaGauges(series: Series, quota: QuotaGauges): void {
  const { lane, model } = quota;
  for (const window of quota.windows) {
    const labels = { lane, model, window: window.name };
    if (window.usedRatio !== null) series.usedRatio.set(labels, window.usedRatio);
    if (window.headroomTokens !== null) series.headroom.set(labels, window.headroomTokens);
  }
  series.warnRatio.set({ lane, model }, quota.warnRatio);
  series.cooldown.set({ lane, model }, quota.cooldownSeconds);
  if (quota.gapP50 !== null) series.gap.set({ model, quantile: "0.5" }, quota.gapP50);
  if (quota.gapP95 !== null) series.gap.set({ model, quantile: "0.95" }, quota.gapP95);
  series.confidence.set({ model }, quota.confidence);
}
