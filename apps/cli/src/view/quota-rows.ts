import type { LaneUsage, LaneWindow, ModelUsage, NumberSource, UsageView } from "@ccp/usage-contract";
import { type GatewayFacts, gatewayFacts, tokenRate, windowRate } from "./additive-fields.ts";
import { assessFullIn, type FullIn } from "./full-in.ts";
import { fuller, laneRowState, modelRowState, type RowState } from "./row-state.ts";
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
  /** Why there is no number, in one line. */
  readonly note: string | null;
}

export const NO_ANSWER_YET = "no response seen yet: send a request";
export const WINDOW_OVER = "window over: send a request";
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
    const models = Object.entries(view.models).filter(([, model]) => model.provider === lane);
    const ofModels = models.flatMap(([name, model]) => modelRows(name, model, usage, facts, nowSec));
    const ofLane = usage === undefined ? [] : windowRows(lane, usage, nowSec);
    const rows = [
      ...ofLane.filter((row) => !isRepeated(row, ofModels)),
      ...ofModels,
      ...waitingRows(lane, view, facts),
    ];
    if (isUnknownLane(lane, view)) return rows.map(offRow);
    return rows.length === 0 && usage !== undefined ? silentLane(lane, usage) : rows;
  });
}

/** Lanes in the view's order, then those that only a model or a quota names. */
export function laneNames(view: UsageView): string[] {
  const named = [...Object.values(view.models), ...Object.values(view.waiting_quotas ?? {})];
  return [...new Set([...Object.keys(view.lanes), ...named.map(({ provider }) => provider)])];
}

/** A cap may name any lane; a gateway tells of all that its catalog has. */
function isUnknownLane(lane: string, { lanes }: UsageView): boolean {
  return Object.keys(lanes).length > 0 && !Object.hasOwn(lanes, lane);
}

/** No request ever goes there: its count stands, and fills up no more. */
function offRow(row: QuotaRow): QuotaRow {
  return { ...row, state: { kind: "disabled" }, fullIn: { kind: "unknown" }, note: NO_SUCH_LANE };
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
    const state = laneRowState(usage, stateFacts(window, binding), nowSec);
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
      note: silent ? silentNote(window) : null,
    };
  });
}

/** A window that was read once has an age; its numbers went with its reset. */
function silentNote({ age_sec }: LaneWindow): string {
  return age_sec === null ? NO_ANSWER_YET : WINDOW_OVER;
}

/** A lane that takes no request fills no window, whatever its pace was. */
function pausedFullIn({ kind }: RowState): FullIn | null {
  return kind === "cooldown" || kind === "disabled" || kind === "auth_error" ? { kind: "unknown" } : null;
}

function stateFacts(window: LaneWindow, binding: LaneWindow | undefined) {
  return { usedPct: window.used_pct, binds: window === binding, resetTs: window.reset_ts };
}

function modelRows(
  name: string,
  model: ModelUsage,
  lane: LaneUsage | undefined,
  facts: GatewayFacts,
  nowSec: number,
): QuotaRow[] {
  const rolling = {
    seconds: facts.rollingSec,
    usedPct: model.rolling_pct,
    usedTokens: model.rolling_used_tokens,
    capacityTokens: model.rolling_capacity_tokens,
    etaSec: model.eta_rolling_sec,
  };
  const weekly = {
    seconds: facts.weeklySec,
    usedPct: model.weekly_pct,
    usedTokens: model.weekly_used_tokens,
    capacityTokens: model.weekly_capacity_tokens,
    etaSec: model.eta_weekly_sec,
  };
  const capped = rolling.usedPct !== null || weekly.usedPct !== null;
  const windows = capped ? [rolling, weekly] : [rolling];
  const top = fuller(rolling.usedPct, weekly.usedPct);
  const binding = windows.find(({ usedPct }) => usedPct === top) ?? rolling;
  return windows.map((window) => {
    const binds = window === binding;
    const state = modelRowState(model, lane, { usedPct: window.usedPct, binds }, nowSec);
    const row = modelRow(name, model, window, nowSec);
    return { ...row, fullIn: pausedFullIn(state) ?? row.fullIn, state };
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

function modelRow(name: string, model: ModelUsage, window: CountedWindow, nowSec: number) {
  // 0 stands for "nothing is counted": there is nothing that could reset.
  const resetIn = window.etaSec > 0 ? window.etaSec : null;
  const headroom =
    window.capacityTokens === null ? null : window.capacityTokens - window.usedTokens - model.reserved_tokens;
  const source: NumberSource = "counted";
  return {
    lane: model.provider,
    model: name,
    window: windowLabel(window.seconds),
    usedPct: window.usedPct,
    usedTokens: window.usedTokens,
    capacityTokens: window.capacityTokens,
    resetTs: resetIn === null ? null : nowSec + resetIn,
    elapsed: elapsedShare(window.seconds, resetIn),
    fullIn: assessFullIn(headroom, tokenRate(model), resetIn),
    source,
    note: null,
  };
}

function elapsedShare(lengthSec: number | null, resetInSec: number | null): number | null {
  if (lengthSec === null || resetInSec === null) return null;
  return Math.min(1, Math.max(0, 1 - resetInSec / lengthSec));
}

function silentLane(lane: string, usage: LaneUsage): QuotaRow[] {
  if (usage.state === "disabled") return [];
  return [
    {
      ...blankRow(lane, "-"),
      state: silentState(usage),
      note: usage.state === "unknown" ? NO_ANSWER_YET : (usage.reason ?? NO_ANSWER_YET),
    },
  ];
}

function silentState({ state }: LaneUsage): RowState {
  if (state === "cooldown") return { kind: state, leftSec: null };
  return { kind: state === "auth_error" ? state : "unknown" };
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
    note: null,
  };
}
