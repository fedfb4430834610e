import type { LaneUsage, LaneWindow, ModelUsage, Speeds, UsageView } from "@ccp/usage-contract";
import { NOW_SEC } from "./run-test.ts";

const NO_RATES: Speeds["rolling"] = {
  out_elr_tps: null,
  out_dirty_tps: null,
  in_elr_tps: null,
  in_dirty_tps: null,
  total_elr_tps: null,
  total_dirty_tps: null,
};

export const NO_SPEEDS: Speeds = {
  rolling: NO_RATES,
  session: NO_RATES,
  ttft_ms: { p50: null, p90: null, p99: null },
  hourly: Array.from({ length: 24 }, (_, hour) => ({
    hour,
    samples: 0,
    out_elr_tps: null,
    out_dirty_tps: null,
  })),
  rolling_samples: 0,
  weekly_samples: 0,
};

/** Faster at night: hours 2 to 8 have enough samples. */
export const SOME_SPEEDS: Speeds = {
  ...NO_SPEEDS,
  rolling: { ...NO_RATES, out_elr_tps: 61.24, out_dirty_tps: 48.4 },
  session: { ...NO_RATES, out_elr_tps: 58.9, out_dirty_tps: 47 },
  ttft_ms: { p50: 840, p90: 2900, p99: 72_000 },
  hourly: NO_SPEEDS.hourly.map((entry) =>
    entry.hour >= 2 && entry.hour <= 8
      ? { ...entry, samples: 12, out_elr_tps: 40 + 5 * entry.hour, out_dirty_tps: 30 }
      : entry,
  ),
  rolling_samples: 120,
  weekly_samples: 900,
};

/** A model without any cap and without any request. */
export function model(changes: Partial<ModelUsage> = {}): ModelUsage {
  return {
    provider: "zai",
    rolling_in: 0,
    rolling_out: 0,
    rolling_pct: null,
    weekly_pct: null,
    reqs: 0,
    eta_rolling_sec: 0,
    eta_weekly_sec: 0,
    warn: false,
    block: false,
    rolling_used_tokens: 0,
    rolling_capacity_tokens: null,
    weekly_used_tokens: 0,
    weekly_capacity_tokens: null,
    reserved_tokens: 0,
    headroom_pct_rolling: null,
    headroom_pct_weekly: null,
    quota_headroom_pct: null,
    weekly_hours: 0,
    warn_pct: 0.8,
    warn_pct_auto: 0.8,
    warn_pct_confidence: 0,
    gap_seconds_p50: null,
    gap_seconds_p95: null,
    gap_samples: 0,
    reroute_mode: "hybrid",
    cooldown_active: false,
    cooldown_next_ts: null,
    speeds: NO_SPEEDS,
    ...changes,
  };
}

/** `glm-4.7` at a share of 2M tokens in five hours and 20M in seven days. */
export function cappedModel(
  rollingPct: number,
  weeklyPct: number,
  changes: Partial<ModelUsage> = {},
): ModelUsage {
  return model({
    rolling_in: 1_000_000,
    rolling_out: 240_000,
    rolling_pct: rollingPct,
    weekly_pct: weeklyPct,
    reqs: 312,
    eta_rolling_sec: 5973,
    eta_weekly_sec: 220_733,
    rolling_used_tokens: Math.round(2_000_000 * rollingPct),
    rolling_capacity_tokens: 2_000_000,
    weekly_used_tokens: Math.round(20_000_000 * weeklyPct),
    weekly_capacity_tokens: 20_000_000,
    headroom_pct_rolling: Math.max(0, 1 - rollingPct),
    headroom_pct_weekly: Math.max(0, 1 - weeklyPct),
    quota_headroom_pct: Math.max(0, 1 - Math.max(rollingPct, weeklyPct)),
    speeds: SOME_SPEEDS,
    ...changes,
  });
}

/** An account window the upstream has declared. */
export function window(name: string, usedPct: number | null, resetInSec: number | null): LaneWindow {
  return {
    name,
    used_pct: usedPct,
    reset_ts: resetInSec === null ? null : NOW_SEC + resetInSec,
    source: "header",
    age_sec: usedPct === null ? null : 3,
  };
}

export function lane(state: LaneUsage["state"], windows: LaneWindow[] = [], reason?: string): LaneUsage {
  return { state, windows, ...(reason === undefined ? {} : { reason }) };
}

export function view(changes: Partial<UsageView> = {}): UsageView {
  return {
    ts: NOW_SEC,
    path: "configs/quotas.json",
    reroute_mode: "hybrid",
    cooldown_sec: 300,
    lanes: {},
    models: {},
    ...changes,
  };
}

const LEARNED: Partial<ModelUsage> = {
  warn_pct_auto: 0.87,
  warn_pct_confidence: 0.74,
  gap_seconds_p50: 212,
  gap_seconds_p95: 540,
  gap_samples: 37,
};

type StateName = "empty" | "normal" | "warn" | "block" | "cooldown" | "unknown" | "attention";

/** One view for each state that a screen has to show. */
export const VIEWS: Readonly<Record<StateName, UsageView>> = {
  empty: view(),
  normal: view({
    uptime_sec: 11_520,
    totals: { rerouted: 14, wasted_retry_ms: 3200 },
    lanes: {
      zai: lane("ok"),
      anthropic: lane("warn", [
        { ...window("5h", 0.91, 1440), rate_15m_pct_per_min: 0.008 },
        window("7d", null, null),
      ]),
      deepseek: lane("disabled", [], "DEEPSEEK_API_KEY is not set"),
    },
    models: {
      "glm-4.7": cappedModel(0.62, 0.2305, { ...LEARNED, rate_15m_tokens_per_min: 6080 }),
      "claude-opus-5": model({
        provider: "anthropic",
        reqs: 148,
        rolling_used_tokens: 812_345,
        eta_rolling_sec: 600,
        speeds: { ...SOME_SPEEDS, ttft_ms: { p50: 1620, p90: 4400, p99: 9940 } },
      }),
    },
  }),
  warn: view({
    lanes: { zai: lane("warn") },
    models: { "glm-4.7": cappedModel(0.845, 0.31, { warn: true, rate_15m_tokens_per_min: 0 }) },
  }),
  block: view({
    lanes: {
      zai: lane("block"),
      anthropic: lane("block", [window("5h", 1.04, 7200), window("7d", 0.42, 400_000)]),
    },
    models: {
      "glm-4.7": cappedModel(1.042, 0.52, { warn: true, block: true, rate_15m_tokens_per_min: 9000 }),
    },
  }),
  cooldown: view({
    lanes: {
      zai: lane("ok"),
      anthropic: {
        ...lane("cooldown", [window("5h", 1, 9000)], "at its limit until 2026-11-21T22:11:07Z"),
        until_ts: NOW_SEC + 9000,
      },
    },
    models: {
      "glm-4.7": cappedModel(0.97, 0.4, {
        warn: true,
        cooldown_active: true,
        cooldown_next_ts: NOW_SEC + 211.2,
      }),
    },
  }),
  unknown: view({
    lanes: {
      anthropic: lane("unknown", [], "no limit is configured or declared yet"),
      zai: lane("auth_error", [], "the key was refused (401)"),
    },
  }),
  attention: view({
    uptime_sec: 60,
    totals: { rerouted: 1, wasted_retry_ms: 0 },
    gateway: { version: "0.1.0", node: "v24.21.0", pid: 4242, host: "0.0.0.0" },
    failover_paused: true,
    model_hint: "glm-4.7",
    log: { dropped: 3, partial_writes: 0, degraded: "ENOSPC" },
    quota_issues: 1,
    waiting_quotas: {
      "claude-haiku-*": {
        provider: "zai",
        rolling_capacity_tokens: 100_000,
        weekly_capacity_tokens: 1_000_000,
      },
      "glm-*": { provider: "zai", rolling_capacity_tokens: null, weekly_capacity_tokens: null },
    },
    last_switch: {
      ts: NOW_SEC - 3600,
      model: "claude-haiku-4-5-20251001",
      lane: "anthropic",
      reroute_decision: "quota_block",
    },
    lanes: {
      zai: lane("unknown"),
      anthropic: lane("ok", [{ ...window("5h", null, null), age_sec: 19_000 }, window("7d", 11.2, 400_000)]),
    },
  }),
};
