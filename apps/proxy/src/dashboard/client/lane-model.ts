import type { LaneState, LaneWindow, ModelUsage, NumberSource, UsageView } from "@ccp/usage-contract";

/** One used bar. */
export interface WindowModel {
  readonly name: string;
  /** Model or family that the window binds; `null`: the whole lane. */
  readonly model: string | null;
  readonly usedPct: number | null;
  /** Share of the window's time that is over, 0..1; `null` where no reset is known. */
  readonly elapsed: number | null;
  readonly resetTs: number | null;
  readonly usedTokens: number | null;
  readonly capacityTokens: number | null;
  readonly source: NumberSource;
  readonly ageSec: number | null;
  readonly level: "ok" | "warn" | "block" | "unknown";
  readonly outlook: Outlook;
}

/** What the pace of the last 15 minutes leads to. */
export type Outlook =
  | { readonly kind: "unknown" | "idle" | "full" | "lasts" }
  | { readonly kind: "early"; readonly fullInSec: number; readonly earlySec: number };

export interface LaneModel {
  readonly lane: string;
  readonly state: LaneState;
  readonly reason: string | null;
  /** When the lane opens again; `null` where it is open or no end is known. */
  readonly coolUntilTs: number | null;
  /** Ratio at which the router warns for this lane. */
  readonly warn: number;
  readonly windows: readonly WindowModel[];
  readonly models: readonly string[];
}

const DEFAULT_WARN = 0.8;
const TRUSTED_CONFIDENCE = 0.5;

/** The threshold in force: the learned one once it is trusted. */
export function warnOf(model: ModelUsage): number {
  return model.warn_pct_confidence >= TRUSTED_CONFIDENCE ? model.warn_pct_auto : model.warn_pct;
}

/** The lowest threshold among the lane's models; the default where none is configured. */
export function laneWarn(view: UsageView, lane: string): number {
  const own = modelsOf(view, lane).map(([, model]) => warnOf(model));
  return own.length === 0 ? DEFAULT_WARN : Math.min(...own);
}

/** A card per lane, in the catalog's order; lanes that are off come last. */
export function laneModels(view: UsageView): LaneModel[] {
  const models = Object.keys(view.lanes).map((lane) => laneModel(view, lane));
  const isOff = ({ state }: LaneModel): boolean => state === "disabled";
  return [...models.filter((each) => !isOff(each)), ...models.filter(isOff)];
}

function laneModel(view: UsageView, lane: string): LaneModel {
  const usage = view.lanes[lane];
  const own = modelsOf(view, lane);
  const warn = laneWarn(view, lane);
  const told = usage?.windows ?? [];
  const limited = [...told, ...cappedWindows(told, own, view)].map((window) =>
    windowModel(window, own, warn, view),
  );
  const windows = [...limited, ...servedWindows(lane, view)];
  return {
    lane,
    state: usage?.state ?? "unknown",
    reason: usage?.reason ?? null,
    coolUntilTs: usage?.until_ts ?? null,
    warn,
    windows,
    models: own.map(([name]) => name),
  };
}

/** Configured caps of which nothing has been used yet: the gateway tells of them with their models alone. */
function cappedWindows(
  told: readonly LaneWindow[],
  models: readonly (readonly [string, ModelUsage])[],
  view: UsageView,
): LaneWindow[] {
  const { rolling_seconds = ROLLING_SEC, weekly_seconds = WEEKLY_SEC } = view.windows ?? {};
  return [
    { name: windowName(rolling_seconds), shares: models.map(([, model]) => model.rolling_pct) },
    { name: windowName(weekly_seconds), shares: models.map(([, model]) => model.weekly_pct) },
  ].flatMap(({ name, shares }) => {
    const known = shares.filter((share) => share !== null);
    if (known.length === 0 || told.some((window) => window.name === name)) return [];
    return [{ name, used_pct: Math.max(...known), reset_ts: null, source: "config" as const, age_sec: 0 }];
  });
}

/** What the lane served that no cap of its own counts: a fallback's usage is seen where it was spent. */
function servedWindows(lane: string, view: UsageView): WindowModel[] {
  const name = windowName(view.windows?.rolling_seconds ?? ROLLING_SEC);
  return Object.entries(view.models).flatMap(
    ([model, { lanes = {}, provider, rolling_pct }]): WindowModel[] => {
      const served = Object.hasOwn(lanes, lane) ? lanes[lane] : undefined;
      const usedTokens = served?.rolling_used_tokens ?? 0;
      if (served === undefined || usedTokens === 0 || (provider === lane && rolling_pct !== null)) return [];
      const usedPct = served.rolling_pct ?? null;
      const reset = served.eta_rolling_sec ?? 0;
      return [
        {
          name,
          model,
          usedPct,
          elapsed: null,
          resetTs: reset > 0 ? view.ts + reset : null,
          usedTokens,
          capacityTokens: served.rolling_capacity_tokens ?? null,
          source: "counted",
          ageSec: 0,
          level: levelOf(usedPct, DEFAULT_WARN),
          outlook: { kind: "unknown" },
        },
      ];
    },
  );
}

function windowModel(
  window: LaneWindow,
  models: readonly (readonly [string, ModelUsage])[],
  warn: number,
  view: UsageView,
): WindowModel {
  const lengthSec = windowSeconds(window.name);
  const resetIn = window.reset_ts === null ? null : window.reset_ts - view.ts;
  const counted = countedBy(window, models, lengthSec, view);
  return {
    name: window.name,
    model: window.model ?? counted?.model ?? null,
    usedPct: window.used_pct,
    elapsed:
      lengthSec === null || resetIn === null ? null : Math.min(1, Math.max(0, 1 - resetIn / lengthSec)),
    resetTs: window.reset_ts,
    usedTokens: counted?.used ?? null,
    capacityTokens: counted?.capacity ?? null,
    source: window.source,
    ageSec: window.age_sec,
    level: levelOf(window.used_pct, warn),
    outlook: outlookOf(window, counted, resetIn),
  };
}

/**
 * What stands in place of the numbers of a window that has none: one that was read once has an age, and its numbers went
 * with its reset. `null` where there is a number.
 *
 * @param state Of its lane: one that has served did answer.
 */
export function silentWords(
  { usedPct, usedTokens, ageSec }: WindowModel,
  state: LaneState = "unknown",
): { when: string; what: string } | null {
  if (usedPct !== null || usedTokens !== null) return null;
  if (ageSec === null && state !== "unknown") return { when: "not told", what: "its answers tell no limit" };
  return ageSec === null
    ? { when: "no answer seen yet", what: "send a request to learn it" }
    : { when: "window over", what: "the next one starts with a request" };
}

/** Used share that the cards show now for the window of a lane: of several with one name the fullest, `null` where unknown. */
export function usedNow(lanes: readonly LaneModel[], lane: string, name: string): number | null {
  const windows = lanes.find((each) => each.lane === lane)?.windows ?? [];
  const shares = windows.flatMap((window) => (window.name === name ? (window.usedPct ?? []) : []));
  return shares.length === 0 ? null : Math.max(...shares);
}

function levelOf(usedPct: number | null, warn: number): WindowModel["level"] {
  if (usedPct === null) return "unknown";
  if (usedPct >= 1) return "block";
  return usedPct >= warn ? "warn" : "ok";
}

interface Counted {
  readonly model: string;
  readonly used: number;
  readonly capacity: number;
  readonly headroom: number;
  readonly perMinute: number | null;
}

/** A window that the lane does not declare shows the tightest cap of its models: the one with the same share. */
function countedBy(
  window: LaneWindow,
  models: readonly (readonly [string, ModelUsage])[],
  lengthSec: number | null,
  view: UsageView,
): Counted | null {
  if (window.source !== "config" && window.source !== "counted") return null;
  const weekly = lengthSec === (view.windows?.weekly_seconds ?? WEEKLY_SEC);
  for (const [name, model] of models) {
    const share = weekly ? model.weekly_pct : model.rolling_pct;
    const used = weekly ? model.weekly_used_tokens : model.rolling_used_tokens;
    const capacity = weekly ? model.weekly_capacity_tokens : model.rolling_capacity_tokens;
    if (capacity === null || share === null || share !== window.used_pct) continue;
    return {
      model: name,
      used,
      capacity,
      headroom: capacity - used - model.reserved_tokens,
      perMinute: model.rate_15m_tokens_per_min ?? null,
    };
  }
  return null;
}

function outlookOf(window: LaneWindow, counted: Counted | null, resetIn: number | null): Outlook {
  if (window.used_pct === null) return { kind: "unknown" };
  const told = window.rate_15m_pct_per_min;
  const perMinute = counted?.perMinute ?? (typeof told === "number" ? told : null);
  const left = counted?.perMinute == null ? 1 - window.used_pct : counted.headroom;
  if (left <= 0) return { kind: "full" };
  if (perMinute === null) return { kind: "unknown" };
  if (perMinute <= 0) return { kind: "idle" };
  const fullInSec = (left / perMinute) * 60;
  if (resetIn === null || fullInSec >= resetIn) return { kind: "lasts" };
  return { kind: "early", fullInSec, earlySec: resetIn - fullInSec };
}

function modelsOf(view: UsageView, lane: string): [string, ModelUsage][] {
  return Object.entries(view.models).filter(([, model]) => model.provider === lane);
}

const ROLLING_SEC = 18_000;
const WEEKLY_SEC = 604_800;

/** `5h`, `7d`: the name that the gateway gives a window of this length. */
function windowName(seconds: number): string {
  const unit = (["d", "h", "m"] as const).find((each) => seconds % UNIT_SEC[each] === 0);
  return unit === undefined ? `${seconds}s` : `${seconds / UNIT_SEC[unit]}${unit}`;
}

const UNIT_SEC = { m: 60, h: 3600, d: 86_400 } as const;

/** Length of a window by its name: `5h`, `7d`. `null` for a name of another kind. */
export function windowSeconds(name: string): number | null {
  const [, count, unit] = /^(\d{1,4})([mhd])$/.exec(name) ?? [];
  const seconds = new Map<string, number>(Object.entries(UNIT_SEC)).get(unit ?? "");
  return count === undefined || seconds === undefined ? null : Number(count) * seconds;
}
