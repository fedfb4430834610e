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
import { safeText } from "./safe-text.ts";

/** What the table itself does not say: where warnings start and why, and what rerouting has cost. `legend` ends it. */
export function renderQuotaFooter(
  picture: Picture,
  rows: readonly QuotaRow[],
  look: Look,
  legend: readonly string[] = [],
): Line[] {
  const facts = gatewayFacts(picture.view);
  const shown = new Set(rows.map((row) => row.model));
  const parts = [
    ...warnParts(picture.view, shown),
    ...(facts.rerouted === null ? [] : [`rerouted ${facts.rerouted}`]),
    ...(facts.wastedRetryMs === null ? [] : [`wasted ${millisText(facts.wastedRetryMs)}`]),
    ...lastSwitchParts(picture.view, look),
    ...(rows.some((row) => row.capacityTokens !== null) ? ["~ estimated limit"] : []),
    ...legend,
  ];
  const lines: Line[] = parts.map((part) => [span(part, "dim")]);
  return flowLines(lines, look.columns, look);
}

/** The newest lane change, with the rule that made it. */
function lastSwitchParts({ last_switch }: UsageView, look: Look): string[] {
  if (last_switch === undefined) return [];
  const { ts, model, lane, reroute_decision } = last_switch;
  const arrow = look.ascii ? "->" : "→";
  const when = clockText(ts, look.timeZone);
  return [`last ${when} ${safeText(model)} ${arrow} ${safeText(lane)} (${reroute_decision})`];
}

/** One threshold for all models, or that of the model nearest to its limit. */
function warnParts(view: UsageView, shown: ReadonlySet<string>): string[] {
  const models = Object.entries(view.models).filter(([name]) => shown.has(name));
  const [first] = models;
  if (first === undefined) return [];
  const same = models.every(([, model]) => warnThreshold(model) === warnThreshold(first[1]));
  const [name, model] = models.reduce((most, one) => (used(one[1]) > used(most[1]) ? one : most), first);
  const start = same ? "warn at" : `${safeText(name)} warns at`;
  return [`${start} ${percentText(warnThreshold(model))}${calibrationNote(model)}`];
}

function used(model: ModelUsage): number {
  return fuller(model.rolling_pct, model.weekly_pct) ?? -1;
}

function calibrationNote(model: ModelUsage): string {
  const auto = isAuto(model) ? `auto, conf ${model.warn_pct_confidence.toFixed(2)}` : "";
  const gap =
    model.gap_seconds_p50 === null
      ? ""
      : `gap p50 ${secondsText(model.gap_seconds_p50)} p95 ${secondsText(model.gap_seconds_p95)}, ${model.gap_samples} ${model.gap_samples === 1 ? "sample" : "samples"}`;
  const note = [auto, gap].filter((part) => part !== "").join("; ");
  return note === "" ? "" : ` (${note})`;
}

/** Signed: negative where the upstream resets later than was calculated. */
export function secondsText(seconds: number | null): string {
  return seconds === null ? "-" : `${Math.round(seconds)}s`;
}
