import type { DecisionSample, ModelUsage, UsageView } from "@ccp/usage-contract";
import { ruleWord } from "../../render/rule-words.ts";
import { buildQuotaRows, type QuotaRow } from "../../view/quota-rows.ts";
import { type Exchange, lanesTried, newestEntry } from "../data/exchanges.ts";
import { type Histogram, quantile } from "../data/histogram.ts";
import { inputTokens } from "../data/token-minutes.ts";
import {
  type HudData,
  type HudState,
  type ListPane,
  type Pane,
  SORTS,
  shownData,
} from "../state/hud-state.ts";
import { outcomeWords } from "./outcome-words.ts";

export interface ModelRow {
  readonly name: string;
  readonly model: ModelUsage;
}

/** The rows of each pane as they are shown, filtered and sorted. These are of the moment the view was made. */
export function quotaRows(state: HudState): QuotaRow[] {
  const { usage } = shownData(state);
  if (usage === null) return [];
  const rows = rowsOf(usage.view)
    .filter(({ window }) => state.ui.window === null || window === state.ui.window || window === "-")
    .filter(({ lane, model, window, state: { kind } }) => fits(state, () => [lane, model, window, kind]));
  switch (sortName(state, "quotas")) {
    case "used":
      return rows.sort((a, b) => (b.usedPct ?? -1) - (a.usedPct ?? -1));
    case "reset":
      return rows.sort((a, b) => (a.resetTs ?? Number.MAX_VALUE) - (b.resetTs ?? Number.MAX_VALUE));
    default:
      return rows;
  }
}

/** A view comes every few seconds, frames come four times a second: its rows are built once. */
export function rowsOf(view: UsageView): readonly QuotaRow[] {
  const known = rowsByView.get(view);
  if (known !== undefined) return known;
  const rows = buildQuotaRows(view, view.ts);
  rowsByView.set(view, rows);
  return rows;
}

const rowsByView = new WeakMap<UsageView, readonly QuotaRow[]>();

export function quotaRowId({ lane, model, window }: QuotaRow): string {
  return JSON.stringify([lane, model, window]);
}

/** Names of the windows there are, in the order of the rows. */
export function windowNames({ usage }: HudData): string[] {
  if (usage === null) return [];
  const names = rowsOf(usage.view).map(({ window }) => window);
  return [...new Set(names)].filter((name) => name !== "-");
}

export function exchangeRows(state: HudState): Exchange[] {
  const rows = shownData(state).exchanges.filter((one) =>
    fits(state, () => [
      one.rid,
      one.model,
      ...lanesTried(one),
      String(one.end?.status ?? ""),
      outcomeWords(one),
    ]),
  );
  switch (sortName(state, "recent")) {
    case "slowest":
      return rows.sort((a, b) => (b.end?.latency_ms ?? -1) - (a.end?.latency_ms ?? -1));
    case "tokens":
      return rows.sort((a, b) => tokensOf(b) - tokensOf(a));
    default:
      return rows;
  }
}

function tokensOf(one: Exchange): number {
  const entry = newestEntry(one);
  return entry === null ? -1 : inputTokens(entry) + (entry.output_tokens ?? 0);
}

export function sampleRows(state: HudState): DecisionSample[] {
  const rows = shownData(state).samples.filter(({ accepted, would }) =>
    fits(state, () => sampleTexts(accepted, would)),
  );
  if (sortName(state, "samples") !== "model") return rows;
  return rows.sort((a, b) => a.accepted.model.localeCompare(b.accepted.model, "en"));
}

/** What the row shows beside its numbers, and what stands behind Enter. */
function sampleTexts(
  { model, source, route, note, escalation_reason }: DecisionSample["accepted"],
  { lane, reason, reroute_decision }: DecisionSample["would"],
): (string | undefined)[] {
  const asked = [model, source, route, note, escalation_reason];
  return [...asked, lane ?? "refused", ruleWord(reroute_decision), reason];
}

export function speedRows(state: HudState): ModelRow[] {
  const models = Object.entries(shownData(state).usage?.view.models ?? {});
  const rows = models
    .map(([name, model]) => ({ name, model }))
    .filter(({ name, model }) =>
      fits(state, () => [name, model.provider, ...Object.keys(model.lanes ?? {})]),
    );
  switch (sortName(state, "speeds")) {
    case "requests":
      return rows.sort((a, b) => b.model.speeds.rolling_samples - a.model.speeds.rolling_samples);
    case "speed":
      return rows.sort((a, b) => rate(b) - rate(a));
    case "first token":
      return rows.sort((a, b) => firstToken(a) - firstToken(b));
    default:
      return rows;
  }
}

function rate({ model }: ModelRow): number {
  return model.speeds.rolling.out_elr_tps ?? -1;
}

function firstToken({ model }: ModelRow): number {
  return model.speeds.ttft_ms.p50 ?? Number.MAX_VALUE;
}

export function latencyRows(state: HudState): Histogram[] {
  const rows = [...(shownData(state).metrics?.latency ?? [])].filter(({ lane }) => fits(state, () => [lane]));
  switch (sortName(state, "latency")) {
    case "count":
      return rows.sort((a, b) => b.total - a.total);
    case "slowest":
      return rows.sort((a, b) => slowest(b) - slowest(a));
    default:
      return rows.sort((a, b) => a.lane.localeCompare(b.lane, "en"));
  }
}

function slowest(histogram: Histogram): number {
  const found = quantile(histogram, 0.95);
  return found === null ? 0 : found.beyond ? Number.MAX_VALUE : found.bound;
}

/** Ids of a pane's rows from top to bottom, for moving the selection. */
export function rowIds(state: HudState, pane: ListPane): string[] {
  switch (pane) {
    case "quotas":
      return quotaRows(state).map(quotaRowId);
    case "recent":
      return exchangeRows(state).map(({ rid }) => rid);
    case "samples":
      return sampleRows(state).map(({ id }) => id);
    case "speeds":
      return speedRows(state).map(({ name }) => name);
    default:
      pane satisfies never;
      return [];
  }
}

/** Every word of the filter must stand in one of the texts; without a filter none of them is put together. */
function fits({ ui }: HudState, texts: () => readonly (string | null | undefined)[]): boolean {
  // What is being typed is tried at once.
  const filter = ui.typing ?? ui.filter;
  if (filter === "") return true;
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const haystack = texts().filter(Boolean).join("\n").toLowerCase();
  return words.every((word) => haystack.includes(word));
}

function sortName({ ui }: HudState, pane: Pane): string {
  return SORTS[pane][ui.sort[pane]] ?? "";
}
