import type { ModelUsage } from "@ccp/usage-contract";
import type { Deps } from "../deps.ts";
import { accountShown, judgeLanes } from "../lanes/judge-lanes.ts";
import type { LaneGauge, QuotaGauges, ScrapeFacts, UsedGauge } from "../metrics/metrics.ts";
import { OTHER_MODELS } from "../metrics/model-label.ts";
import { modelUsages } from "./usage-view.ts";

/** What the gauges show, read off the engine at the moment of a scrape. */
export function scrapeFacts(deps: Deps): ScrapeFacts {
  const nowMs = deps.clock.wallMs();
  const models = modelUsages(deps, nowMs);
  const quotas: QuotaGauges[] = labelledModels(models, deps).map(([model, usage]) => ({
    lane: usage.provider,
    model,
    windows: [
      {
        name: "rolling",
        usedRatio: usage.rolling_pct,
        headroomTokens: tokensLeft(usage.headroom_pct_rolling, usage.rolling_capacity_tokens),
      },
      {
        name: "weekly",
        usedRatio: usage.weekly_pct,
        headroomTokens: tokensLeft(usage.headroom_pct_weekly, usage.weekly_capacity_tokens),
      },
    ],
    warnRatio: usage.warn_pct_auto,
    cooldownSeconds: usage.cooldown_next_ts === null ? 0 : Math.max(0, usage.cooldown_next_ts - nowMs / 1000),
    gapP50: usage.gap_seconds_p50,
    gapP95: usage.gap_seconds_p95,
    confidence: usage.warn_pct_confidence,
  }));
  const { dropped, partialWrites, degraded } = deps.log.status();
  const { kind, writes, writeErrors, sizeBytes } = deps.history.status();
  return {
    quotas,
    used: usedGauges(models, deps),
    lanes: laneGauges(models, nowMs, deps),
    eventsDropped: dropped,
    partialWrites,
    store: { writes, writeErrors, sizeBytes: kind === "sqlite" ? sizeBytes : 0 },
    logDegraded: degraded !== null,
    shared: deps.shared?.status() ?? null,
  };
}

function laneGauges(models: Readonly<Record<string, ModelUsage>>, nowMs: number, deps: Deps): LaneGauge[] {
  const judge = judgeLanes(nowMs, deps);
  return [...deps.lanes.keys()].map((lane) => {
    const { state } = judge.lane(lane, models);
    const windows = deps.engine.laneWindows(accountShown(lane, deps), nowMs);
    return {
      lane,
      ready: state !== "disabled" && state !== "auth_error",
      state,
      windows: windows.map(({ name, used_pct: usedRatio, reset_ts: resetTs }) => ({
        name,
        usedRatio,
        resetTs,
      })),
    };
  });
}

/** Counted tokens of each lane in its windows, a fallback's too; models of one label are summed. */
function usedGauges(models: Readonly<Record<string, ModelUsage>>, deps: Deps): UsedGauge[] {
  const byName = new Map<string, UsedGauge>();
  for (const [name, { lanes = {} }] of Object.entries(models)) {
    for (const [lane, served] of Object.entries(lanes)) {
      const model = deps.modelLabel(name);
      const key = `${lane} ${model}`;
      const { rolling = 0, weekly = 0 } = byName.get(key) ?? {};
      byName.set(key, {
        lane,
        model,
        rolling: rolling + (served.rolling_used_tokens ?? 0),
        weekly: weekly + (served.weekly_used_tokens ?? 0),
      });
    }
  }
  return [...byName.values()];
}

/** One row for each quota key: of the models that share a glob, the one that is fullest. */
function labelledModels(models: Readonly<Record<string, ModelUsage>>, deps: Deps): [string, ModelUsage][] {
  const byLabel = new Map<string, ModelUsage>();
  for (const [model, usage] of Object.entries(models)) {
    const label = deps.engine.quotaKey(model);
    if (label === OTHER_MODELS) continue;
    const before = byLabel.get(label);
    if (before === undefined || (usage.rolling_pct ?? 0) > (before.rolling_pct ?? 0))
      byLabel.set(label, usage);
  }
  return [...byLabel];
}

function tokensLeft(headroomPct: number | null, capacity: number | null): number | null {
  return headroomPct === null || capacity === null ? null : headroomPct * capacity;
}
