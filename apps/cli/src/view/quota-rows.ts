import type {
  LaneUsage,
  LaneVerdictView,
  LaneWindow,
  ModelUsage,
  NumberSource,
  ServedOnLane,
  UsageView,
} from "@ccp/usage-contract";
import { DEFAULT_WARN_PCT, refusesAll } from "@ccp/usage-contract/core";
import { type GatewayFacts, gatewayFacts, tokenRate, windowRate } from "./additive-fields.ts";
import { assessFullIn, type FullIn } from "./full-in.ts";
import {
  fuller,
  laneRowState,
  laneState,
  modelVerdict,
  type RowState,
  rowState,
  warnThreshold,
} from "./row-state.ts";
import { windowLabel, windowSeconds } from "./window-name.ts";

/** One line of `cc quotas`: a lane, a model of it (or all of them), and one window. */
export interface QuotaRow {
  readonly lane: string;
  /** `all` for a window of the whole account. */
  readonly model: string;
  /** `5h`, `7d`, …; `-` where the lane has told of none. */
  readonly window: string;
  /** 0..1 and beyond; `null` is unknown. */
  readonly usedPct: number | null;
  readonly usedTokens: number | null;
  readonly capacityTokens: number | null;
  /** Epoch seconds. */
  readonly resetTs: number | null;
  /** Share of the window's time that is over, 0..1. */
  readonly elapsed: number | null;
  readonly fullIn: FullIn;
  readonly source: NumberSource | null;
  readonly state: RowState;
  /** What the row is about refuses every request now, whatever its share says. */
  readonly refuses: boolean;
  /** Why there is no number, in one line. */
  readonly note: string | null;
}

export const NO_ANSWER_YET = "no response seen yet: send a request";
export const WINDOW_OVER = "window over: send a request";
export const OVER_SINCE = "window over: not told since";
export const NOT_TOLD = "its answers do not tell";
export const WAITS_FOR_MODEL = "waits for its first model";
export const NO_SUCH_LANE = "the catalog has no such lane";

/**
 * The rows of a usage view, lane by lane in the gateway's order: windows of the account first, then each model.
 * A model without any cap has one row; a lane that is switched off and has nothing to show has none.
 *
 * @param nowSec The view's own time, so that a gateway on another clock still gives right countdowns.
 */
export function buildQuotaRows(view: UsageView, nowSec: number): QuotaRow[] {
  const facts = gatewayFacts(view);
  return laneNames(view).flatMap((lane) => {
    const usage = Object.hasOwn(view.lanes, lane) ? view.lanes[lane] : undefined;
    const ofModels = Object.entries(view.models).flatMap(([name, model]) => {
      const counted = countedOn(lane, name, model, view);
      return counted === null ? [] : modelRows(counted, facts, nowSec);
    });
    const ofLane = usage === undefined ? [] : windowRows(lane, usage, nowSec);
    const rows = [
      ...ofLane.filter((row) => !isRepeated(row, ofModels)),
      ...ofModels,
      ...waitingRows(lane, view, facts),
    ];
    if (isUnknownLane(lane, view)) return rows.map(offRow);
    return rows.length === 0 && usage !== undefined ? silentLane(lane, usage, nowSec) : rows;
  });
}

/** Lanes in the view's order, then those that only a model or a quota names. */
export function laneNames(view: UsageView): string[] {
  const named = [...Object.values(view.models), ...Object.values(view.waiting_quotas ?? {})];
  const served = Object.values(view.models).flatMap(({ lanes = {} }) =>
    Object.entries(lanes).flatMap(([lane, served]) => (hasUsage(served) ? [lane] : [])),
  );
  return [...new Set([...Object.keys(view.lanes), ...named.map(({ provider }) => provider), ...served])];
}

/** A cap may name any lane; a gateway tells of all that its catalog has. */
function isUnknownLane(lane: string, { lanes }: UsageView): boolean {
  return Object.keys(lanes).length > 0 && !Object.hasOwn(lanes, lane);
}

/** No request ever goes there: its count stands, and fills up no more. */
function offRow(row: QuotaRow): QuotaRow {
  return {
    ...row,
    state: { kind: "disabled" },
    refuses: false,
    fullIn: { kind: "unknown" },
    note: NO_SUCH_LANE,
  };
}

/** A window that the lane does not declare stands for its tightest cap, which then has a row of its own. */
function isRepeated(row: QuotaRow, ofModels: readonly QuotaRow[]): boolean {
  if (row.source !== "counted" && row.source !== "config") return false;
  return ofModels.some(({ window, usedPct }) => window === row.window && usedPct === row.usedPct);
}

function windowRows(lane: string, usage: LaneUsage, nowSec: number): QuotaRow[] {
  const top = usage.windows.reduce<number | null>((most, { used_pct }) => fuller(most, used_pct), null);
  const binding = usage.windows.find(({ used_pct }) => used_pct === top);
  return usage.windows.map((window) => {
    const resetIn = window.reset_ts === null ? null : window.reset_ts - nowSec;
    const headroom = window.used_pct === null ? null : 1 - window.used_pct;
    const silent = window.used_pct === null && window.reset_ts === null;
    const state = laneRowState(usage, window, window === binding, nowSec);
    return {
      lane,
      model: window.model ?? "all",
      window: window.name,
      usedPct: window.used_pct,
      usedTokens: window.used_tokens ?? null,
      capacityTokens: window.capacity_tokens ?? null,
      resetTs: window.reset_ts,
      elapsed: elapsedShare(windowSeconds(window.name), resetIn),
      fullIn: pausedFullIn(state) ?? assessFullIn(headroom, windowRate(window), resetIn),
      source: silent ? null : window.source,
      state,
      refuses: refusesAll(usage) || (window.used_pct ?? 0) >= 1,
      note: silent ? silentNote(window, usage) : null,
    };
  });
}

/** A window that was read once has an age; its numbers went with its reset. */
function silentNote({ age_sec }: LaneWindow, { state }: LaneUsage): string {
  if (state === "unknown") return age_sec === null ? NO_ANSWER_YET : WINDOW_OVER;
  // Requests flow: there is nothing to send.
  return age_sec === null ? NOT_TOLD : OVER_SINCE;
}

/** A lane that takes no request fills no window, whatever its pace was. */
function pausedFullIn({ kind }: RowState): FullIn | null {
  return kind === "cooldown" || kind === "disabled" || kind === "auth_error" ? { kind: "unknown" } : null;
}

/** One model on one lane: its own, or a fallback that served it. */
interface CountedModel {
  readonly lane: string;
  readonly name: string;
  readonly verdict: LaneVerdictView;
  readonly warnPct: number;
  readonly reservedTokens: number;
  /** Counted tokens a minute; `null` is not told. */
  readonly tokenRate: number | null;
  readonly rolling: Omit<CountedWindow, "seconds">;
  readonly weekly: Omit<CountedWindow, "seconds">;
}

/** `null` where the lane has nothing of the model. */
function countedOn(lane: string, name: string, model: ModelUsage, view: UsageView): CountedModel | null {
  if (model.provider === lane) {
    return {
      lane,
      name,
      verdict: modelVerdict(model, view.lanes),
      warnPct: warnThreshold(model),
      reservedTokens: model.reserved_tokens,
      tokenRate: tokenRate(model),
      ...countedWindows(model),
    };
  }
  const served =
    model.lanes !== undefined && Object.hasOwn(model.lanes, lane) ? model.lanes[lane] : undefined;
  if (served === undefined || !hasUsage(served)) return null;
  return {
    lane,
    name,
    verdict: served.verdict ?? { state: view.lanes[lane]?.state ?? "unknown", until_ts: null },
    warnPct: DEFAULT_WARN_PCT,
    reservedTokens: 0,
    tokenRate: null,
    ...countedWindows(served),
  };
}

/** A lane that served long ago, or that was only asked, has nothing to show. */
export function hasUsage({ reqs, weekly_used_tokens = 0 }: ServedOnLane): boolean {
  return reqs > 0 || weekly_used_tokens > 0;
}

function countedWindows(from: ModelUsage | ServedOnLane): Pick<CountedModel, "rolling" | "weekly"> {
  return {
    rolling: {
      usedPct: from.rolling_pct ?? null,
      usedTokens: from.rolling_used_tokens ?? 0,
      capacityTokens: from.rolling_capacity_tokens ?? null,
      etaSec: from.eta_rolling_sec ?? 0,
    },
    weekly: {
      usedPct: from.weekly_pct ?? null,
      usedTokens: from.weekly_used_tokens ?? 0,
      capacityTokens: from.weekly_capacity_tokens ?? null,
      etaSec: from.eta_weekly_sec ?? 0,
    },
  };
}

function modelRows(counted: CountedModel, facts: GatewayFacts, nowSec: number): QuotaRow[] {
  const rolling = { ...counted.rolling, seconds: facts.rollingSec };
  const weekly = { ...counted.weekly, seconds: facts.weeklySec };
  const capped = rolling.usedPct !== null || weekly.usedPct !== null;
  const windows = capped ? [rolling, weekly] : [rolling];
  const top = fuller(rolling.usedPct, weekly.usedPct);
  const binding = windows.find(({ usedPct }) => usedPct === top) ?? rolling;
  return windows.map((window) => {
    const row = { usedPct: window.usedPct, binds: window === binding };
    const state = rowState(counted.verdict, row, counted.warnPct, nowSec);
    const modelled = modelRow(counted, window, nowSec);
    return { ...modelled, fullIn: pausedFullIn(state) ?? modelled.fullIn, state };
  });
}

/** Quota patterns without a model yet: without a row the file would look as if it had not been read. */
function waitingRows(lane: string, view: UsageView, facts: GatewayFacts): QuotaRow[] {
  return Object.entries(view.waiting_quotas ?? {}).flatMap(([pattern, quota]): QuotaRow[] => {
    if (quota.provider !== lane) return [];
    const rolling = { seconds: facts.rollingSec, capacityTokens: quota.rolling_capacity_tokens };
    const weekly = { seconds: facts.weeklySec, capacityTokens: quota.weekly_capacity_tokens };
    const capped = [rolling, weekly].filter(({ capacityTokens }) => capacityTokens !== null);
    return (capped.length === 0 ? [rolling] : capped).map(({ seconds, capacityTokens }) => ({
      ...blankRow(lane, windowLabel(seconds)),
      model: pattern,
      capacityTokens,
      note: WAITS_FOR_MODEL,
    }));
  });
}

interface CountedWindow {
  readonly seconds: number;
  readonly usedPct: number | null;
  readonly usedTokens: number;
  readonly capacityTokens: number | null;
  readonly etaSec: number;
}

function modelRow(counted: CountedModel, window: CountedWindow, nowSec: number) {
  // 0 stands for "nothing is counted": there is nothing that could reset.
  const resetIn = window.etaSec > 0 ? window.etaSec : null;
  const headroom =
    window.capacityTokens === null
      ? null
      : window.capacityTokens - window.usedTokens - counted.reservedTokens;
  const source: NumberSource = "counted";
  return {
    lane: counted.lane,
    model: counted.name,
    window: windowLabel(window.seconds),
    usedPct: window.usedPct,
    usedTokens: window.usedTokens,
    capacityTokens: window.capacityTokens,
    resetTs: resetIn === null ? null : nowSec + resetIn,
    elapsed: elapsedShare(window.seconds, resetIn),
    fullIn: assessFullIn(headroom, counted.tokenRate, resetIn),
    source,
    refuses: refusesAll(counted.verdict),
    note: null,
  };
}

function elapsedShare(lengthSec: number | null, resetInSec: number | null): number | null {
  if (lengthSec === null || resetInSec === null) return null;
  return Math.min(1, Math.max(0, 1 - resetInSec / lengthSec));
}

function silentLane(lane: string, usage: LaneUsage, nowSec: number): QuotaRow[] {
  if (usage.state === "disabled") return [];
  const note = usage.state === "unknown" ? NO_ANSWER_YET : (usage.reason ?? NOT_TOLD);
  return [{ ...blankRow(lane, "-"), state: laneState(usage, nowSec), refuses: refusesAll(usage), note }];
}

/** Nothing is known. */
function blankRow(lane: string, window: string): QuotaRow {
  return {
    lane,
    model: "all",
    window,
    usedPct: null,
    usedTokens: null,
    capacityTokens: null,
    resetTs: null,
    elapsed: null,
    fullIn: { kind: "unknown" },
    source: null,
    state: { kind: "unknown" },
    refuses: false,
    note: null,
  };
}
