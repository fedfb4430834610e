import type { WindowFigures } from "@ccp/quota-engine";
import type { Judge, LaneVerdict } from "@ccp/router-policy";
import {
  ANTHROPIC_LANE,
  DEFAULT_WARN_PCT,
  isTokenCount,
  isUsedRatio,
  type LaneId,
  type RerouteDecision,
  type StatuslineInput,
  type StatuslineQuery,
  statuslineWindows,
} from "@ccp/usage-contract";
import type { Deps } from "../../deps.ts";
import { decideNext, NOTHING_TRIED, planQuestion } from "../../exchange/plan.ts";
import { judgeLanes } from "../../lanes/judge-lanes.ts";
import { laneUnusable } from "../../lanes/lane-runtime.ts";
import { renderStatusline } from "./render-statusline.ts";
import type { StatuslineLane, StatuslineRoute, StatuslineView, StatuslineWindow } from "./statusline-view.ts";

const TYPICAL_INPUT_TOKENS = 1_000;
const DEFAULT_COLUMNS = 120;
const MIN_COLUMNS = 8;
const MAX_NAME = 32;
const HOUR_MS = 3_600_000;

/**
 * One line for Claude Code: the lane its next request would take, and that lane's windows. What Claude Code knows of
 * its plan is taken in on the way.
 */
export function statusline(
  input: StatuslineInput,
  query: StatuslineQuery,
  isTrusted: boolean,
  deps: Deps,
): string {
  const nowMs = deps.clock.wallMs();
  const readings = statuslineWindows(input);
  // A reading can move traffic. Where an operator asks for a token, only who has it may do that. It does not say whose plan it
  // is about: where several people's logins pass through, that could be anybody's.
  const isOnePersons = deps.accounts.accountsOf(ANTHROPIC_LANE).length <= 1;
  if (isTrusted && isOnePersons && readings.length > 0)
    deps.engine.observeWindows(ANTHROPIC_LANE, null, readings, nowMs);
  const look = { columns: readColumns(query.columns), color: !query.no_color };
  return renderStatusline(statuslineView(input, nowMs, deps), look);
}

function readColumns(text: string | undefined): number {
  const columns = /^\d{1,4}$/.test(text ?? "") ? Number(text) : 0;
  return columns === 0 ? DEFAULT_COLUMNS : Math.max(MIN_COLUMNS, columns);
}

function statuslineView(input: StatuslineInput, nowMs: number, deps: Deps): StatuslineView {
  const model = input.model?.id ?? null;
  const judge = judgeLanes(nowMs, deps);
  const route = model === null ? null : askRoute(model, input, nowMs, judge, deps);
  const shown = route === null || route.kind === "refused" ? null : route.lane;
  const lanes = [...deps.lanes].flatMap(([lane, runtime]) => (laneUnusable(runtime) === null ? [lane] : []));
  const others = lanes
    .filter((lane) => lane !== shown)
    .flatMap((lane) => otherLane(lane, model, nowMs, judge, deps));
  const hint = deps.modelHint();
  const context = contextShare(input);
  return {
    model: plain(input.model?.display_name ?? model),
    route,
    windows: shown === null ? [] : laneWindows(shown, model, nowMs, deps),
    coolSec: shown === null ? null : coolSeconds(shown, model, nowMs, judge),
    others,
    context,
    badges: [
      ...(deps.demo ? ["DEMO"] : []),
      ...(deps.settings.offloadPaused ? ["PAUSED"] : []),
      ...(hint === null ? [] : [`as ${plain(hint) ?? "?"}`]),
    ],
  };
}

/** Decides as live traffic does; nothing is reserved, kept or published. */
function askRoute(
  model: string,
  input: StatuslineInput,
  nowMs: number,
  judge: Judge,
  deps: Deps,
): StatuslineRoute {
  const plan = planQuestion(
    {
      model,
      size: { bodyBytes: 0, inputTokens: contextTokens(input) },
      maxTokens: null,
      session: input.session_id ?? null,
      trafficClass: "main",
      isQuotaProbe: false,
      account: null,
    },
    deps,
  );
  const { decision } = decideNext(plan, NOTHING_TRIED, nowMs, deps);
  if (decision.kind !== "send") {
    const retryAtMs = decision.kind === "refuse" ? decision.retryAtMs : null;
    return { kind: "refused", retrySec: retryAtMs === null ? null : (retryAtMs - nowMs) / 1000 };
  }
  const { lane } = decision;
  if (lane === plan.preferred) return { kind: "preferred", lane };
  const why = whyLeft(judge.model(plan.preferred, model), decision.rerouteDecision);
  return { kind: "rerouted", lane, preferred: plan.preferred, why };
}

function whyLeft({ state }: LaneVerdict, rule: RerouteDecision): string {
  if (state === "disabled") return "off";
  if (state === "auth_error") return "its key was refused";
  // The conversation does not fit, or its name is unknown there: nothing is failing.
  return rule === "fallback" && state !== "cooldown" ? "cannot take it" : WHY[rule];
}

const WHY: Readonly<Record<RerouteDecision, string>> = {
  quota_pass: "left",
  quota_warn_attempt: "near its cap",
  quota_block: "at its cap",
  quota_preemptive_warn: "near its cap",
  quota_cooldown: "cools",
  quota_probe: "cools",
  quota_run_to_limit: "at its limit",
  quota_overshoot: "at its limit",
  fallback: "failing",
  no_fallback: "spent",
};

function contextTokens(input: StatuslineInput): number {
  const used = Math.round((contextShare(input) ?? 0) * (input.context_window?.context_window_size ?? 0));
  return used > 0 && isTokenCount(used) ? used : TYPICAL_INPUT_TOKENS;
}

/** `null` where the client said none, or what can be none. */
function contextShare({ context_window }: StatuslineInput): number | null {
  const share = (context_window?.used_percentage ?? Number.NaN) / 100;
  return isUsedRatio(share) ? share : null;
}

/** What the lane declares of the whole account, or the model's own cap where that is fuller. */
function laneWindows(lane: LaneId, model: string | null, nowMs: number, deps: Deps): StatuslineWindow[] {
  const windows = new Map(declaredWindows(lane, nowMs, deps).map((window) => [window.name, window]));
  for (const own of model === null ? [] : ownWindows(lane, model, nowMs, deps)) {
    const declared = windows.get(own.name);
    if (declared === undefined || own.usedPct > declared.usedPct) windows.set(own.name, own);
  }
  return [...windows.values()].sort((a, b) => lengthOf(a.name) - lengthOf(b.name));
}

function declaredWindows(lane: LaneId, nowMs: number, deps: Deps): StatuslineWindow[] {
  return deps.engine.laneWindows(lane, nowMs).flatMap(({ name, used_pct, reset_ts, model }) => {
    if (used_pct === null || model !== undefined) return [];
    const resetSec = reset_ts === null ? null : reset_ts - nowMs / 1000;
    return [{ name, usedPct: used_pct, state: stateOf(used_pct, DEFAULT_WARN_PCT), resetSec }];
  });
}

function ownWindows(lane: LaneId, model: string, nowMs: number, deps: Deps): StatuslineWindow[] {
  const assessment = deps.engine.assess({ lane, model, predicted: 0, nowMs, trafficClass: "main" });
  const { rollingMs, weeklyMs } = deps.quotas.current().config;
  const { rolling, weekly, warnThreshold } = assessment;
  const named: readonly (readonly [string, WindowFigures])[] = [
    [`${rollingMs / HOUR_MS}h`, rolling],
    [`${weeklyMs / (24 * HOUR_MS)}d`, weekly],
  ];
  return named.flatMap(([name, { usedPct, etaSec }]) => {
    if (usedPct === null) return [];
    const resetSec = etaSec > 0 ? etaSec : null;
    return [{ name, usedPct, state: stateOf(usedPct, warnThreshold), resetSec }];
  });
}

function otherLane(
  lane: LaneId,
  model: string | null,
  nowMs: number,
  judge: Judge,
  deps: Deps,
): StatuslineLane[] {
  const [window = null] = laneWindows(lane, null, nowMs, deps).sort((a, b) => b.usedPct - a.usedPct);
  const coolSec = coolSeconds(lane, model, nowMs, judge);
  return window === null && coolSec === null ? [] : [{ lane, window, coolSec }];
}

/** Seconds that a lane is shut for; `null` where it takes requests. Without a model only what binds all of them counts. */
function coolSeconds(lane: LaneId, model: string | null, nowMs: number, judge: Judge): number | null {
  const { state, untilMs } = model === null ? judge.lane(lane, {}) : judge.model(lane, model);
  return state === "cooldown" && untilMs !== null ? (untilMs - nowMs) / 1000 : null;
}

function stateOf(usedPct: number, warnPct: number): StatuslineWindow["state"] {
  if (usedPct >= 1) return "block";
  return usedPct >= warnPct ? "warn" : "ok";
}

function lengthOf(name: string): number {
  const [, amount, unit] = /^(\d+)([mhd])/.exec(name) ?? [];
  return Number(amount ?? Number.POSITIVE_INFINITY) * (unit === "d" ? 1440 : unit === "h" ? 60 : 1);
}

/** Text from outside must not move a cursor, set a title or break the line. */
function plain(text: string | null): string | null {
  const clean = text?.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, "").trim() ?? "";
  return clean === "" ? null : clean.length > MAX_NAME ? `${clean.slice(0, MAX_NAME - 1)}…` : clean;
}
