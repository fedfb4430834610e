import type { LaneUsage, ModelUsage, Readyz, ServedOnLane, UsageView } from "@ccp/usage-contract";
import { refusesAll } from "@ccp/usage-contract/core";
import type { Picture } from "../view/picture.ts";
import { buildQuotaRows, hasUsage, laneNames } from "../view/quota-rows.ts";
import { isAuto, laneState, modelState, verdictState, warnThreshold } from "../view/row-state.ts";
import { notReadyReason, renderAlerts } from "./alerts.ts";
import { cooldownText } from "./cooldown.ts";
import { renderDebugQuota } from "./debug-quota.ts";
import { flowLines } from "./flow.ts";
import { type Cell, type Column, cell, renderGrid } from "./grid.ts";
import { type Line, paintLines, span } from "./line.ts";
import type { Look } from "./look.ts";
import { nextLaneLines } from "./next-lanes.ts";
import { renderPictureHeader } from "./picture-header.ts";
import { percentText, rateText, shareText, tokensText, waitText } from "./quantity.ts";
import { renderQuotaFooter } from "./quota-footer.ts";
import { safeText } from "./safe-text.ts";
import { modelCells } from "./short-model.ts";
import { fastestHours, renderSpeeds } from "./speeds.ts";
import { stateSpan } from "./state-word.ts";

export interface StatusOptions {
  readonly speeds: boolean;
  readonly debugQuota: boolean;
}

/** The whole answer of `cc status` for people. `ready` is `null` when it was not told. */
export function renderStatus(
  picture: Picture,
  ready: Readyz | null,
  options: StatusOptions,
  look: Look,
): string {
  const { cooldown_sec } = picture.view;
  const cooldown = [span(cooldown_sec === 0 ? "cooldown off" : `cooldown ${waitText(cooldown_sec)}`)];
  const lines: Line[] = [
    renderPictureHeader(picture, look, [cooldown]),
    ...renderAlerts(picture),
    ...readyLines(picture, ready, look),
    ...nextLaneLines(picture, look),
    ...block(laneTable(picture, ready, look)),
    ...block(modelTable(picture, look)),
    ...(options.speeds ? block(renderSpeeds(picture, look)) : []),
    ...(options.debugQuota ? block(renderDebugQuota(picture, look)) : []),
    ...block(renderQuotaFooter(picture, buildQuotaRows(picture.view, picture.nowSec), look)),
  ];
  return paintLines(lines, look);
}

/** A blank line, then the lines; nothing at all where there are none. */
function block(lines: readonly Line[]): Line[] {
  return lines.length === 0 ? [] : [[], ...lines];
}

function readyLines(picture: Picture, ready: Readyz | null, look: Look): Line[] {
  if (!picture.live || ready === null) return [];
  const lanes = Object.values(ready.providers);
  const on = lanes.filter(({ ok }) => ok).length;
  const word = notReadyReason(ready) === null ? span("ready", "ok") : span("not ready", "block");
  const error = ready.error === undefined ? [] : [[span(safeText(ready.error), "block")]];
  const source: Line = [span(`catalog ${safeText(ready.source)}`, "dim")];
  return flowLines(
    [
      [word, span(`  ${on} of ${lanes.length} lanes on`), ...openSpans(picture, ready)],
      ...inFlightParts(picture),
      ...processParts(picture),
      source,
      ...error,
    ],
    look.columns,
    look,
  );
}

/** How many of the lanes that are on would take a request now: a spent lane and one that cools down are on, too. */
function openSpans({ view }: Picture, ready: Readyz): Line {
  const on = Object.entries(ready.providers).flatMap(([lane, { ok }]) => (ok ? [lane] : []));
  if (on.length === 0) return [];
  const open = on.filter((lane) => isOpen(lane, view)).length;
  return [span(", "), span(`${open} open now`, open === 0 ? "block" : "plain")];
}

function isOpen(lane: string, { lanes }: UsageView): boolean {
  return !refusesAll((Object.hasOwn(lanes, lane) ? lanes[lane] : undefined) ?? { state: "unknown" });
}

function inFlightParts({ view: { in_flight } }: Picture): Line[] {
  return in_flight === undefined ? [] : [[span(`${in_flight} in flight`)]];
}

/** Which process it is, for whoever has to end it or to report it. */
function processParts({ view: { gateway } }: Picture): Line[] {
  if (gateway === undefined) return [];
  return [[span(`version ${safeText(gateway.version)}  pid ${gateway.pid}`, "dim")]];
}

const LANE_COLUMNS: readonly Column[] = [
  { header: "LANE", min: 6, gives: "last", card: "title" },
  { header: "WINDOWS", min: 12 },
  { header: "UPSTREAM", min: 12, gives: "first", wideOnly: true, card: "none" },
  { header: "WHY", min: 10 },
  { header: "STATE", card: "state" },
];

function laneTable({ view, nowSec }: Picture, ready: Readyz | null, look: Look): Line[] {
  const lanes = laneNames(view).map((lane) => ({
    lane,
    usage: view.lanes[lane] ?? { state: "unknown" as const, windows: [] },
    provider: ready?.providers[lane],
  }));
  const rows = lanes
    .filter(({ usage }) => usage.state !== "disabled")
    .map(({ lane, usage, provider }): Cell[] => [
      cell(safeText(lane)),
      { spans: windowSpans(usage) },
      cell(safeText(provider?.url ?? "-"), "dim"),
      cell(safeText(usage.reason ?? provider?.reason ?? "-"), "dim"),
      { spans: [stateSpan(laneState(usage, nowSec))] },
    ]);
  // A catalog names many lanes that somebody has no key for; they are one line, not a table of their own.
  const off = lanes.flatMap(({ lane, usage }) => (usage.state === "disabled" ? [offText(lane, usage)] : []));
  return [
    ...(rows.length === 0 ? [] : renderGrid(LANE_COLUMNS, rows, look)),
    ...flowLines(
      off.map((text): Line => [span(text, "dim")]),
      look.columns,
      look,
    ),
  ];
}

function offText(lane: string, { reason }: LaneUsage): string {
  return `${safeText(lane)} off${reason === undefined ? "" : ` (${safeText(reason)})`}`;
}

function windowSpans(usage: LaneUsage): Line {
  if (usage.windows.length === 0) return [span("-")];
  return usage.windows.flatMap((window, index): Line => {
    const name = window.model === undefined ? window.name : `${window.name}:${window.model}`;
    const gap = index === 0 ? [] : [span("  ")];
    return [...gap, span(`${safeText(name)} `, "dim"), span(percentText(window.used_pct))];
  });
}

const MODEL_COLUMNS: readonly Column[] = [
  { header: "MODEL", min: 10, cut: "middle", card: "title" },
  { header: "LANE", min: 6, gives: "last", card: "title" },
  { header: "REQ", align: "right" },
  { header: "5H", align: "right" },
  { header: "7D", align: "right" },
  { header: "RESERVED", align: "right", wideOnly: true, card: "none" },
  { header: "WARN AT" },
  { header: "CONF", align: "right", dropped: 1 },
  { header: "COOLDOWN", min: 8, gives: "last" },
  { header: "BEST HOUR", wideOnly: true, card: "none" },
  { header: "STATE", card: "state" },
];

function modelTable({ view, nowSec }: Picture, look: Look): Line[] {
  const modelCell = modelCells(Object.keys(view.models));
  const rows = Object.entries(view.models).flatMap(([name, model]): Cell[][] => [
    modelRow(modelCell(name), model, view, nowSec, look),
    ...servedElsewhere(model).map(([lane, served]) => servedRow(modelCell(name), lane, served, nowSec)),
  ]);
  return rows.length === 0 ? [] : renderGrid(MODEL_COLUMNS, rows, look);
}

/** Other lanes than the model's own, with what they served of it. */
function servedElsewhere({ provider, lanes = {} }: ModelUsage): [string, ServedOnLane][] {
  return Object.entries(lanes).filter(([lane, served]) => lane !== provider && hasUsage(served));
}

function servedRow(name: Cell, lane: string, served: ServedOnLane, nowSec: number): Cell[] {
  const verdict = served.verdict ?? { state: "unknown" as const, until_ts: null };
  const state = verdictState(verdict, nowSec);
  return [
    name,
    cell(safeText(lane)),
    cell(String(served.reqs)),
    cell(shareText(served.rolling_pct, served.rolling_used_tokens)),
    cell(shareText(served.weekly_pct, served.weekly_used_tokens)),
    cell("-"),
    cell("-"),
    cell("-"),
    cell(state.kind === "cooldown" && state.leftSec !== null ? waitText(state.leftSec) : "-"),
    cell("-"),
    { spans: [stateSpan(state)] },
  ];
}

function modelRow(name: Cell, model: ModelUsage, view: UsageView, nowSec: number, look: Look): Cell[] {
  return [
    name,
    cell(safeText(model.provider)),
    cell(String(model.reqs)),
    cell(shareText(model.rolling_pct, model.rolling_used_tokens)),
    cell(shareText(model.weekly_pct, model.weekly_used_tokens)),
    cell(model.reserved_tokens === 0 ? "-" : tokensText(model.reserved_tokens)),
    cell(warnText(model)),
    cell(model.warn_pct_confidence.toFixed(2)),
    cell(cooldownText(model, nowSec, look)),
    cell(bestHourText(model)),
    { spans: [stateSpan(modelState(model, view, nowSec))] },
  ];
}

/** `87% auto`: learned and trusted; `80% cfg`: configured. */
function warnText(model: ModelUsage): string {
  return `${percentText(warnThreshold(model))} ${isAuto(model) ? "auto" : "cfg"}`;
}

function bestHourText(model: ModelUsage): string {
  const [best] = fastestHours(model, 1);
  return best === undefined ? "-" : `${best.clock} ${rateText(best.perSecond)}/s`;
}
