import type { FullIn } from "../view/full-in.ts";
import type { Picture } from "../view/picture.ts";
import { NO_ANSWER_YET, OVER_SINCE, type QuotaRow, WINDOW_OVER } from "../view/quota-rows.ts";
import { renderAlerts } from "./alerts.ts";
import { barText } from "./bar.ts";
import { resetText } from "./clock.ts";
import { splitLine } from "./flow.ts";
import { type Cell, type Column, cell, gridWidth, renderGrid, TABLE_COLUMNS, WIDE_COLUMNS } from "./grid.ts";
import { type Line, lineWidth, paintLines, type Span, span } from "./line.ts";
import type { Look } from "./look.ts";
import { renderPictureHeader } from "./picture-header.ts";
import { shareText, spanText, tokensText } from "./quantity.ts";
import { renderQuotaFooter } from "./quota-footer.ts";
import { safeText } from "./safe-text.ts";
import { shortModel, shortModels } from "./short-model.ts";
import { sourceTag } from "./source-tag.ts";
import { stateSpan, stateTone } from "./state-word.ts";
import { cutEnd, cutMiddle, textWidth } from "./text-width.ts";

const MAX_BAR = 26;
const MIN_BAR = 10;
const TIGHT_BAR = 6;
const MAX_CARD_BAR = 16;
const PERCENT_WIDTH = 4;
/** One long name must not cost all rows their clock times. */
const MAX_LANE = 16;
const MAX_MODEL = 28;

/** How much a row says. Each step says a little less, until the table fits. */
interface Density {
  readonly bar: number;
  /** `long`: whole, but a very long one may be cut. */
  readonly names: "whole" | "long" | "short";
  readonly briefFullIn: boolean;
  readonly briefReset: boolean;
  readonly briefNote: boolean;
  readonly source: boolean;
}

const FULL: Density = {
  bar: MIN_BAR,
  names: "whole",
  briefFullIn: false,
  briefReset: false,
  briefNote: false,
  source: true,
};
const LONG_NAMES: Density = { ...FULL, names: "long" };
const BRIEF_FULL_IN: Density = { ...LONG_NAMES, briefFullIn: true };
const BRIEF: Density = { ...BRIEF_FULL_IN, briefReset: true };
const SHORT_NAMES: Density = { ...BRIEF, names: "short" };
const BRIEF_NOTE: Density = { ...SHORT_NAMES, briefNote: true };
const DENSITIES: readonly Density[] = [
  FULL,
  LONG_NAMES,
  BRIEF_FULL_IN,
  BRIEF,
  SHORT_NAMES,
  { ...SHORT_NAMES, bar: TIGHT_BAR },
  BRIEF_NOTE,
  { ...BRIEF_NOTE, bar: TIGHT_BAR },
];
const TIGHTEST: Density = { ...BRIEF_NOTE, bar: TIGHT_BAR, source: false };

/** The whole answer of `cc quotas` for people. */
export function renderQuotas(picture: Picture, rows: readonly QuotaRow[], look: Look): string {
  const header = renderPictureHeader(picture, look);
  const table =
    look.columns < TABLE_COLUMNS
      ? rows.flatMap((row) => quotaCard(row, picture.nowSec, look))
      : quotaTable(rows, picture.nowSec, look);
  const alerts = renderAlerts(picture);
  const footer = renderQuotaFooter(picture, rows, look, legendParts(rows, look));
  return paintLines([header, ...alerts, ...table, ...footer], look);
}

/** What the marks are that are drawn. */
function legendParts(rows: readonly QuotaRow[], look: Look): string[] {
  const isTicked = rows.some(({ usedPct, elapsed }) => usedPct !== null && elapsed !== null);
  const isEstimated = showsTokens(look) && rows.some(({ capacityTokens }) => capacityTokens !== null);
  return [
    ...(isEstimated ? ["~ estimated limit"] : []),
    ...(isTicked ? [`${look.ascii ? "|" : "╎"} time elapsed`] : []),
  ];
}

/** Columns that can be left out. */
interface QuotaParts {
  readonly tokens: boolean;
  readonly source: boolean;
}

function showsTokens({ columns }: Look): boolean {
  return columns >= WIDE_COLUMNS;
}

/** The rows as a table with its head, however narrow. */
export function quotaTable(
  rows: readonly QuotaRow[],
  nowSec: number,
  look: Look,
  parts: QuotaParts = { tokens: showsTokens(look), source: true },
): Line[] {
  const columnsOf = (density: Density) => quotaColumns(partsOf(parts, density));
  const build = (density: Density, named: readonly QuotaRow[]) =>
    named.map((row) => quotaCells(row, density, partsOf(parts, density), nowSec, look));
  const roomOf = (density: Density): number => {
    const measured = namedRows(rows, density).map((row) => limitNames(row, density, look));
    return look.columns - gridWidth(columnsOf(density), build(density, measured));
  };
  const density = DENSITIES.find((one) => roomOf(one) >= 0) ?? TIGHTEST;
  const wide = Math.min(MAX_BAR, MIN_BAR + Math.max(0, roomOf(density)));
  const drawn = density.bar === TIGHT_BAR ? density : { ...density, bar: wide };
  return renderGrid(columnsOf(drawn), build(drawn, namedRows(rows, drawn)), look, "table");
}

function partsOf(parts: QuotaParts, { source }: Density): QuotaParts {
  return { ...parts, source: parts.source && source };
}

function namedRows(rows: readonly QuotaRow[], { names }: Density): QuotaRow[] {
  const shorts = shortModels(rows.map(({ model }) => model));
  return rows.map((row) => {
    const model = names === "short" ? (shorts.get(row.model) ?? row.model) : row.model;
    return { ...row, lane: safeText(row.lane), model: safeText(model) };
  });
}

/** For measuring: where a name is longer than this, the table itself cuts it. */
function limitNames(row: QuotaRow, { names }: Density, { ascii }: Look): QuotaRow {
  if (names === "whole") return row;
  return { ...row, lane: cutEnd(row.lane, MAX_LANE, ascii), model: cutMiddle(row.model, MAX_MODEL, ascii) };
}

function quotaColumns({ tokens, source }: QuotaParts): Column[] {
  return [
    { header: "LANE", min: 6, gives: "last" },
    { header: "MODEL", min: 8, gives: "first", cut: "middle" },
    { header: "WIN" },
    { header: "USED" },
    ...(tokens ? [{ header: "TOKENS" }] : []),
    { header: "FULL IN" },
    { header: "RESETS", min: 9, gives: "last" },
    ...(source ? [{ header: "SRC" }] : []),
    { header: "STATE" },
  ];
}

function quotaCells(row: QuotaRow, density: Density, parts: QuotaParts, nowSec: number, look: Look): Cell[] {
  const lane = density.names === "whole" ? row.lane : cutEnd(row.lane, MAX_LANE, look.ascii);
  return [
    cell(lane),
    cell(row.model),
    cell(safeText(row.window)),
    { spans: usedSpans(row, density.bar, look) },
    ...(parts.tokens ? [cell(tokensCell(row))] : []),
    ...endCells(row, density, parts, nowSec, look),
    { spans: [stateSpan(row.state)] },
  ];
}

function endCells(
  row: QuotaRow,
  density: Density,
  { source }: QuotaParts,
  nowSec: number,
  look: Look,
): Cell[] {
  if (row.note !== null) {
    const note = safeText(density.briefNote ? briefNote(row.note) : row.note);
    return [{ spans: [span(note, "dim")], columns: source ? 3 : 2 }];
  }
  return [
    { spans: [fullInSpan(row.fullIn, density.briefFullIn)] },
    cell(resetCell(row, nowSec, look, density.briefReset)),
    ...(source ? [cell(sourceTag(row.source), "dim")] : []),
  ];
}

/** Why there is no number, without what to do about it. */
export function briefNote(note: string): string {
  return note === NO_ANSWER_YET || note === WINDOW_OVER || note === OVER_SINCE
    ? note.replace(/:.*$/, "")
    : note;
}

function usedSpans(row: QuotaRow, width: number, look: Look): Line {
  const { usedPct: ratio, elapsed } = row;
  const tone = stateTone(row.state);
  return [span(barText({ ratio, elapsed, width, ascii: look.ascii }), tone), span(usedText(row), tone)];
}

/** The blank stands by itself: a percentage of four digits must not touch the bar. */
function usedText({ usedPct, usedTokens }: QuotaRow): string {
  return ` ${shareText(usedPct, usedTokens).padStart(PERCENT_WIDTH)}`;
}

/** `1.24M / 2.00M~`: the tilde says that the limit is somebody's setting, not the upstream's word. */
function tokensCell({ usedTokens, capacityTokens }: QuotaRow): string {
  if (usedTokens === null) return capacityTokens === null ? "-" : `- / ${tokensText(capacityTokens)}~`;
  const limit = capacityTokens === null ? "?" : `${tokensText(capacityTokens)}~`;
  return `${tokensText(usedTokens)} / ${limit}`;
}

function resetCell(row: QuotaRow, nowSec: number, look: Look, brief: boolean): string {
  return row.resetTs === null ? "-" : resetText(row.resetTs, nowSec, look.timeZone, brief);
}

function fullInSpan(fullIn: FullIn, brief: boolean): Span {
  switch (fullIn.kind) {
    case "unknown":
      return span("-", "dim");
    case "idle":
      return span("idle", "dim");
    case "full":
      return span("now", "block");
    case "early":
      return earlySpan(fullIn.fullInSec, fullIn.earlySec, brief);
    case "lasts":
      return span(lastsText(fullIn.fullInSec, fullIn.resetInSec, brief));
    default:
      fullIn satisfies never;
      return span("-");
  }
}

/** Nobody keeps the pace of a quarter of an hour for days: beyond a day it is no forecast. */
const FORECAST_SEC = 86_400;

/** `56m, 3h42m early`. Without room for both the mark says it: `56m early` would be read as before the reset. */
function earlySpan(fullInSec: number, earlySec: number, brief: boolean): Span {
  if (fullInSec > FORECAST_SEC) return span(">24h");
  const text = spanText(fullInSec);
  return span(brief ? `${text}!` : `${text}, ${spanText(earlySec)} early`, "block");
}

/** Far from a close call the time itself says nothing. */
function lastsText(fullInSec: number, resetInSec: number | null, brief: boolean): string {
  if (resetInSec === null) return spanText(fullInSec);
  return brief || fullInSec > 2 * resetInSec ? "lasts" : `${spanText(fullInSec)}, lasts`;
}

/** Two lines: who and how it is; then the bar, as wide as the rest allows, and what stands behind it. */
function quotaCard(row: QuotaRow, nowSec: number, look: Look): Line[] {
  const tag: Line = row.source === null ? [] : [span(sourceTag(row.source), "dim")];
  const long = cardDetails(row, nowSec, look, false);
  const brief = cardDetails(row, nowSec, look, true);
  // Indent, percentage and the gap before the tag.
  const room = look.columns - 2 - usedText(row).length - 2 - lineWidth(tag);
  const details = lineWidth(long) + TIGHT_BAR <= room ? long : brief;
  const bar = Math.min(MAX_CARD_BAR, Math.max(TIGHT_BAR, room - lineWidth(details)));
  return [
    splitLine([span(cardTitle(row, look))], [stateSpan(row.state)], look.columns, look),
    splitLine([span("  "), ...usedSpans(row, bar, look), ...details], tag, look.columns, look),
  ];
}

/** Window and lane stand whole as long as the model can give way. */
function cardTitle({ lane, model, window, state }: QuotaRow, look: Look): string {
  const ends = [safeText(lane), safeText(window)];
  const room = look.columns - textWidth(`${ends.join(" ")} `) - lineWidth([stateSpan(state)]) - 3;
  const names = [safeText(model), safeText(shortModel(model))];
  const name = names.find((one) => textWidth(one) <= room) ?? cutMiddle(names[1] ?? "", room, look.ascii);
  return `${ends[0]} ${name} ${ends[1]}`;
}

function cardDetails(row: QuotaRow, nowSec: number, look: Look, brief: boolean): Line {
  if (row.note !== null) return [span(`  ${safeText(row.note)}`, "dim")];
  const fullIn: Line = row.fullIn.kind === "unknown" ? [] : [span("  "), fullInSpan(row.fullIn, true)];
  return [span(`  ${resetCell(row, nowSec, look, brief)}`), ...fullIn];
}
