import { type Judge, verdictView } from "@ccp/router-policy";
import {
  changesLane,
  findForModel,
  isGlob,
  type LaneId,
  type LaneUsage,
  type ModelUsage,
  type UsageView,
} from "@ccp/usage-contract";
import type { Deps } from "../deps.ts";
import { accountShown, judgeLanes } from "../lanes/judge-lanes.ts";
import { laneProxies } from "../lanes/lane-runtime.ts";
import { OTHER_MODELS } from "../metrics/model-label.ts";
import { wouldGo } from "./dry-run.ts";

/**
 * `GET /v1/usage`: everything known about lanes and models, as the router sees it.
 *
 * @param isLocal The caller is on this machine: only there do the folders mean anything, and only there are they told.
 * @param asked A model that the caller wants to know the lane of, known or not.
 */
export function usageView(deps: Deps, isLocal = false, asked: string | null = null): UsageView {
  const nowMs = deps.clock.wallMs();
  const models = modelUsages(deps, nowMs);
  const judge = judgeLanes(nowMs, deps);
  const hint = deps.modelHint();
  const lanes: Record<string, LaneUsage> = {};
  for (const lane of deps.lanes.keys()) lanes[lane] = laneUsage(lane, models, nowMs, judge, deps);
  return {
    ts: nowMs / 1000,
    path: deps.quotas.current().path,
    reroute_mode: deps.settings.rerouteMode,
    cooldown_sec: deps.settings.cooldownSec,
    lanes,
    models: withVerdicts(models, nowMs, judge, deps),
    uptime_sec: deps.uptimeMs() / 1000,
    in_flight: deps.metrics.inflightNow(),
    totals: { rerouted: deps.totals.rerouted, wasted_retry_ms: deps.totals.wastedRetryMs },
    windows: windowLengths(deps),
    gateway: {
      version: deps.version,
      node: process.version,
      pid: process.pid,
      host: deps.settings.host,
      ...(isLocal ? { ...folders(deps), ...proxies(deps) } : {}),
    },
    log: logState(deps),
    ...sharedState(deps),
    ...waitingQuotas(deps),
    ...lastSwitch(deps),
    ...(asked === null ? {} : { asked: { model: asked, ...wouldGo(asked, nowMs, judge, deps) } }),
    ...(deps.demo ? { demo: true } : {}),
    ...(deps.settings.offloadPaused ? { failover_paused: true as const } : {}),
    ...(hint === null ? {} : { model_hint: hint }),
    ...(deps.quotas.current().issues.length === 0
      ? {}
      : { quota_issues: deps.quotas.current().issues.length }),
    ...(deps.probeResults === null ? {} : { probe_results: deps.probeResults }),
  };
}

function folders(deps: Deps): { state_dir?: string; logs_dir?: string } {
  return deps.folders === null ? {} : { state_dir: deps.folders.stateDir, logs_dir: deps.folders.logsDir };
}

function proxies(deps: Deps): { proxies?: string[] } {
  const used = laneProxies(deps.lanes);
  return used.length === 0 ? {} : { proxies: used };
}

function windowLengths(deps: Deps): { rolling_seconds: number; weekly_seconds: number } {
  const { rollingMs, weeklyMs } = deps.quotas.current().config;
  return { rolling_seconds: rollingMs / 1000, weekly_seconds: weeklyMs / 1000 };
}

/** Whose figures these are: without it this gateway's alone. */
function sharedState(deps: Deps): Pick<UsageView, "shared"> {
  if (deps.shared === null) return {};
  const { state, plan, gateways, sinceMs, reason } = deps.shared.status();
  return {
    shared: { state, plan, gateways, since_ts: sinceMs / 1000, ...(reason === null ? {} : { reason }) },
  };
}

function logState(deps: Deps): NonNullable<UsageView["log"]> {
  const { dropped, partialWrites, degraded } = deps.log.status();
  return { dropped, partial_writes: partialWrites, degraded };
}

/** A pattern is a template: without a model of its own it would have no row anywhere, and look as if it was not read. */
function waitingQuotas(deps: Deps): Pick<UsageView, "waiting_quotas"> {
  const used = new Set(deps.engine.models().map((model) => deps.engine.quotaKey(model)));
  const waiting = deps.quotas
    .current()
    .config.models.filter(({ key }) => isGlob(key) && !used.has(key))
    .map((quota) => {
      const weekly = quota.weeklyLimitType === "tokens" ? quota.weeklyLimitValue : null;
      const caps = { rolling_capacity_tokens: quota.rollingTokens, weekly_capacity_tokens: weekly };
      return [quota.key, { provider: quota.lane, ...caps }] as const;
    });
  return waiting.length === 0 ? {} : { waiting_quotas: Object.fromEntries(waiting) };
}

function withVerdicts(
  models: Readonly<Record<string, ModelUsage>>,
  nowMs: number,
  judge: Judge,
  deps: Deps,
): Record<string, ModelUsage> {
  return Object.fromEntries(
    Object.entries(models).map(([model, usage]) => {
      const lanes = Object.entries(usage.lanes ?? {}).map(([lane, served]) => {
        return [lane, { ...served, verdict: verdictView(judge.model(lane, model)) }] as const;
      });
      const judged = {
        ...usage,
        verdict: verdictView(judge.model(usage.provider, model)),
        lanes: Object.fromEntries(lanes),
      };
      // Models that are counted together have no route of their own.
      return [
        model,
        model === OTHER_MODELS ? judged : { ...judged, would: wouldGo(model, nowMs, judge, deps) },
      ];
    }),
  );
}

/** As far back as live events are kept. */
function lastSwitch(deps: Deps): Pick<UsageView, "last_switch"> {
  for (const { event } of deps.events.since(0).toReversed()) {
    if (event.name !== "decision") continue;
    const { ts, model, lane, decision, reroute_decision } = event.data;
    if (decision !== "reroute_policy" && decision !== "fallback") continue;
    if (!changesLane(reroute_decision)) continue;
    return { last_switch: { ts, model, lane, reroute_decision } };
  }
  return {};
}

export function modelUsages(deps: Deps, nowMs: number): Record<string, ModelUsage> {
  const models: Record<string, ModelUsage> = {};
  for (const model of deps.engine.models()) models[model] = modelUsage(model, nowMs, deps);
  return models;
}

function modelUsage(model: string, nowMs: number, deps: Deps): ModelUsage {
  const quota = findForModel(deps.quotas.current().config.models, ({ key }) => key, model);
  const lane = accountShown(quota?.lane ?? deps.preferredLane(model), deps);
  const mark = deps.book.mark(lane, model, nowMs);
  const active = mark.untilMs !== null && mark.untilMs > nowMs;
  const cooldownNextTs = active && mark.untilMs !== null ? mark.untilMs / 1000 : null;
  return deps.engine.modelUsage(model, { cooldownActive: active, cooldownNextTs, lane }, nowMs);
}

function laneUsage(
  lane: LaneId,
  models: Readonly<Record<string, ModelUsage>>,
  nowMs: number,
  judge: Judge,
  deps: Deps,
): LaneUsage {
  const windows = deps.engine.laneWindows(accountShown(lane, deps), nowMs);
  return { windows, ...verdictView(judge.lane(lane, models)) };
}
