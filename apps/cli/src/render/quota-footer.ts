import type { ModelUsage, UsageView } from "@ccp/usage-contract";
import { gatewayFacts } from "../view/additive-fields.ts";
import type { Picture } from "../view/picture.ts";
import type { QuotaRow } from "../view/quota-rows.ts";
import { fuller, isAuto, warnThreshold } from "../view/row-state.ts";
import { clockText } from "./clock.ts";
import { flowLines } from "./flow.ts";
import { type Line, span } from "./line.ts";
import type { Look } from "./look.ts";
import { millisText, percentText } from "./quantity.ts";
import { ruleWord } from "./rule-words.ts";
import { safeText } from "./safe-text.ts";
import { shortModel } from "./short-model.ts";
import { textWidth } from "./text-width.ts";

/** What the table itself does not say: where warnings start and why, and what rerouting has cost. `legend` ends it. */
export function renderQuotaFooter(
  picture: Picture,
  rows: readonly QuotaRow[],
  look: Look,
  legend: readonly string[] = [],
): Line[] {
  const shown = new Set(rows.map((row) => row.model));
  const parts = [
    ...warnParts(picture.view, shown, look),
    ...totalParts(picture.view),
    ...lastSwitchParts(picture.view, look),
    ...legend,
  ];
  const lines: Line[] = parts.map((part) => [span(part, "dim")]);
  return flowLines(lines, look.columns, look);
}

function totalParts(view: UsageView): string[] {
  const { rerouted, wastedRetryMs } = gatewayFacts(view);
  const parts = [
    ...(rerouted === null ? [] : [`rerouted ${rerouted}`]),
    ...(wastedRetryMs === null ? [] : [`wasted ${millisText(wastedRetryMs)}`]),
  ];
  return parts.length === 0 ? [] : [`since start ${parts.join(", ")}`];
}

/** The newest lane change, with the rule that made it. */
function lastSwitchParts({ last_switch }: UsageView, look: Look): string[] {
  if (last_switch === undefined) return [];
  const { ts, model, lane, reroute_decision } = last_switch;
  const arrow = look.ascii ? "->" : "→";
  const text = `${arrow} ${safeText(lane)} (${ruleWord(reroute_decision)})`;
  return [named(model, text, look, `last ${clockText(ts, look.timeZone)} `)];
}

/** One threshold for all models, or that of the model nearest to its limit; then what was learned of that model. */
function warnParts(view: UsageView, shown: ReadonlySet<string>, look: Look): string[] {
  const models = Object.entries(view.models).filter(([name]) => shown.has(name));
  const [first] = models;
  if (first === undefined) return [];
  const [name, model] = models.reduce((most, one) => (used(one[1]) > used(most[1]) ? one : most), first);
  const same = models.every(([, one]) => !isAuto(one) && warnThreshold(one) === warnThreshold(model));
  const at = percentText(warnThreshold(model));
  const gap = gapParts(model);
  if (same) return [`warn at ${at}`, ...gap.map((text) => named(name, text, look))];
  const auto = isAuto(model) ? [`auto, conf ${model.warn_pct_confidence.toFixed(2)}`] : [];
  const joined = named(name, `warns at ${at}${inBrackets([...auto, ...gap])}`, look);
  if (textWidth(joined) <= look.columns) return [joined];
  return [`warns at ${at}${inBrackets(auto)}`, ...gap].map((text) => named(name, text, look));
}

function inBrackets(notes: readonly string[]): string {
  return notes.length === 0 ? "" : ` (${notes.join("; ")})`;
}

function used(model: ModelUsage): number {
  return fuller(model.rolling_pct, model.weekly_pct) ?? -1;
}

/** The short name only where the whole one has no room: it is what quota files and `--model` know. */
function named(model: string, text: string, { columns }: Look, before = ""): string {
  const whole = `${before}${safeText(model)} ${text}`;
  return textWidth(whole) <= columns ? whole : `${before}${safeText(shortModel(model))} ${text}`;
}

function gapParts({ gap_seconds_p50, gap_seconds_p95, gap_samples }: ModelUsage): string[] {
  if (gap_seconds_p50 === null) return [];
  const samples = `${gap_samples} ${gap_samples === 1 ? "sample" : "samples"}`;
  return [`gap p50 ${secondsText(gap_seconds_p50)} p95 ${secondsText(gap_seconds_p95)}, ${samples}`];
}

/** Signed: negative where the upstream resets later than was calculated. */
export function secondsText(seconds: number | null): string {
  return seconds === null ? "-" : `${Math.round(seconds)}s`;
}
