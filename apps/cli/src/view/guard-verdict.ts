import type { LaneVerdictView, UsageView } from "@ccp/usage-contract";
import { matchesModel, refusesAll } from "@ccp/usage-contract/core";
import type { QuotaRow } from "./quota-rows.ts";
import { modelVerdict } from "./row-state.ts";

/** What a guard asks. */
export interface GuardQuestion {
  /** In any spelling; `null`: any model. */
  readonly model: string | null;
  /** Only this lane; `null`: any lane of the route. */
  readonly lane: string | null;
  /** Only the first lane of the route. */
  readonly preferredOnly: boolean;
  /** Percent, 80 is 80 %. */
  readonly maxUsedPct: number;
  /** Whether somebody named that share: then a lane without a number cannot be judged. */
  readonly isShareAsked: boolean;
}

/** What a guard says: `past` is a no. */
export interface GuardVerdict {
  readonly kind: "ok" | "past" | "unknown";
  /** `full`: the share decided. The others: the lane would refuse, whatever the share says. */
  readonly reason:
    | "full"
    | "cooldown"
    | "block"
    | "auth_error"
    | "disabled"
    | "refusing"
    | "room"
    | "no_number"
    | "no_model";
  readonly lane: string | null;
  /** `null` where the whole lane was judged. */
  readonly model: string | null;
  readonly verdict: LaneVerdictView | null;
  /** The window that decided; `null` where none has a number. */
  readonly row: QuotaRow | null;
}

const ALL = "all";
const NOTHING: GuardVerdict = {
  kind: "unknown",
  reason: "no_model",
  lane: null,
  model: null,
  verdict: null,
  row: null,
};

/** A model with the lanes that may take it, the preferred one first. */
interface Route {
  /** `null`: the windows of a lane that no model is known of. */
  readonly model: string | null;
  readonly lanes: readonly (readonly [lane: string, verdict: LaneVerdictView])[];
}

/**
 * Judges a guard: would a request be served now? Yes where any lane of the model's route takes it with less than the
 * share used; without a model, where that holds for any model that is known.
 *
 * @param rows Of the view, by the windows that were asked about.
 */
export function judgeGuard(
  view: UsageView,
  rows: readonly QuotaRow[],
  question: GuardQuestion,
): GuardVerdict {
  const routes = question.model === null ? allRoutes(view) : routeOf(question.model, view);
  const verdicts = routes.flatMap((route) => judgeRoute(route, rows, question));
  const ok = verdicts.filter(({ kind }) => kind === "ok").sort((a, b) => usedOf(b) - usedOf(a));
  return ok[0] ?? verdicts.find(({ kind }) => kind === "unknown") ?? verdicts[0] ?? NOTHING;
}

function usedOf({ row }: GuardVerdict): number {
  return row?.usedPct ?? -1;
}

/** Every model's route; and each lane that none of them names, by its own windows. */
function allRoutes(view: UsageView): Route[] {
  const routes = Object.keys(view.models).flatMap((model) => routeOf(model, view));
  const named = new Set(routes.flatMap(({ lanes }) => lanes.map(([lane]) => lane)));
  const silent = Object.entries(view.lanes)
    .filter(([lane, { state }]) => !named.has(lane) && state !== "disabled")
    .map(
      ([lane, usage]): Route => ({
        model: null,
        lanes: [[lane, { ...usage, until_ts: usage.until_ts ?? null }]],
      }),
    );
  return [...routes, ...silent];
}

function routeOf(name: string, view: UsageView): Route[] {
  const { asked } = view;
  if (asked !== undefined && matchesModel(asked.model, name))
    return [toRoute(name, asked.lanes, asked.states)];
  return Object.entries(view.models).flatMap(([model, usage]): Route[] => {
    if (!matchesModel(name, model)) return [];
    const { would, provider } = usage;
    if (would?.lanes !== undefined) return [toRoute(model, would.lanes, would.states ?? {})];
    // A gateway that does not tell its routes: the model's own lane is what is known.
    return [{ model, lanes: [[provider, modelVerdict(usage, view.lanes)]] }];
  });
}

function toRoute(
  model: string,
  lanes: readonly string[],
  states: Readonly<Record<string, LaneVerdictView>>,
): Route {
  return {
    model,
    lanes: lanes.map((lane) => [
      lane,
      Object.hasOwn(states, lane) && states[lane] !== undefined
        ? states[lane]
        : { state: "unknown", until_ts: null },
    ]),
  };
}

/** Of the lanes the first that takes the request; else the first that cannot be judged; else the first. Empty: none is asked about. */
function judgeRoute(route: Route, rows: readonly QuotaRow[], question: GuardQuestion): GuardVerdict[] {
  const lanes = question.preferredOnly ? route.lanes.slice(0, 1) : route.lanes;
  const judged = lanes
    .filter(([lane]) => question.lane === null || lane === question.lane)
    .map(([lane, verdict]) => judgeLane(lane, verdict, route.model, rows, question));
  const best =
    judged.find(({ kind }) => kind === "ok") ?? judged.find(({ kind }) => kind === "unknown") ?? judged[0];
  return best === undefined ? [] : [best];
}

function judgeLane(
  lane: string,
  verdict: LaneVerdictView,
  model: string | null,
  rows: readonly QuotaRow[],
  { maxUsedPct, isShareAsked }: GuardQuestion,
): GuardVerdict {
  const row = fullestRow(rows, lane, model);
  const about = { lane, model, verdict, row };
  if (refusesAll(verdict)) return { ...about, kind: "past", reason: shutReason(verdict) };
  if (row === null) {
    const isOpen = !isShareAsked && (verdict.state === "ok" || verdict.state === "warn");
    return isOpen
      ? { ...about, kind: "ok", reason: "room" }
      : { ...about, kind: "unknown", reason: "no_number" };
  }
  // Compared in percent: 0.29 * 100 is a hair below 29.
  const usedPct = Number(((row.usedPct ?? 0) * 100).toFixed(6));
  return usedPct >= maxUsedPct
    ? { ...about, kind: "past", reason: "full" }
    : { ...about, kind: "ok", reason: "room" };
}

function shutReason({ state }: LaneVerdictView): GuardVerdict["reason"] {
  return state === "cooldown" || state === "block" || state === "auth_error" || state === "disabled"
    ? state
    : "refusing";
}

/** The fullest window that binds the model on the lane: its own, or one of the account. */
function fullestRow(rows: readonly QuotaRow[], lane: string, model: string | null): QuotaRow | null {
  let fullest: QuotaRow | null = null;
  for (const row of rows) {
    if (row.lane !== lane || row.usedPct === null) continue;
    if (row.model !== ALL && model !== null && !matchesModel(model, row.model)) continue;
    if (fullest === null || row.usedPct > (fullest.usedPct ?? 0)) fullest = row;
  }
  return fullest;
}
