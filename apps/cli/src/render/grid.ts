import { flowLines, splitLine } from "./flow.ts";
import { cutLine, type Line, lineWidth, type Span, span } from "./line.ts";
import type { Look } from "./look.ts";
import { cutMiddle, textWidth } from "./text-width.ts";

/** At this width every column is shown. */
export const WIDE_COLUMNS = 110;
/** Below this width a row becomes a card of two lines. */
export const TABLE_COLUMNS = 80;
const GAP = "  ";

export interface Column {
  readonly header: string;
  readonly align?: "right";
  /** Only shown from {@link WIDE_COLUMNS} on. */
  readonly wideOnly?: true;
  /** The column may be cut down to this width where the table is too wide. The widest gives way, step by step. */
  readonly min?: number;
  /** Cut before the columns that do not say so. */
  readonly givesFirst?: true;
  readonly cut?: "middle";
  /** Where the value stands on a card: its first line, the end of that line, or (default) the second line. */
  readonly card?: "title" | "state" | "none";
}

/** One cell. `columns` above 1 lets a sentence run over its neighbours, which then have no cell of their own. */
export interface Cell {
  readonly spans: Line;
  readonly columns?: number;
}

export function cell(text: string, tone: Span["tone"] = "plain"): Cell {
  return { spans: [span(text, tone)] };
}

/**
 * Lays out rows as a table, or as cards on a narrow screen. No line is wider than the screen.
 *
 * @param shape For a part of a screen, whose width alone says nothing.
 */
export function renderGrid(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  look: Look,
  shape: "table" | "cards" = look.columns < TABLE_COLUMNS ? "cards" : "table",
): Line[] {
  if (shape === "cards") return rows.flatMap((row) => renderCard(columns, row, look));
  const shown = columns.map((column) => column.wideOnly !== true || look.columns >= WIDE_COLUMNS);
  const picked = columns.filter((_, index) => shown[index]);
  const pickedRows = rows.map((row) => pickCells(row, shown));
  const widths = widen(
    pickedRows,
    shrink(picked, naturalWidths(picked, pickedRows), look.columns),
    look.columns,
  );
  return [headerLine(picked, widths), ...pickedRows.map((row) => tableLine(picked, widths, row, look))];
}

/** Width of the table before anything is cut; asked by views that can show less. */
export function gridWidth(columns: readonly Column[], rows: readonly (readonly Cell[])[]): number {
  return total(widen(rows, naturalWidths(columns, rows), Number.POSITIVE_INFINITY));
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + GAP.length * Math.max(0, widths.length - 1);
}

/** A cell that spans columns of which some are hidden spans the others. */
function pickCells(row: readonly Cell[], shown: readonly boolean[]): Cell[] {
  return placeCells(row).flatMap(({ one, index, count }) => {
    const columns = shown.slice(index, index + count).filter(Boolean).length;
    return columns > 0 ? [{ spans: one.spans, columns }] : [];
  });
}

/** Cells that span several columns do not widen any here: see {@link widen}. */
function naturalWidths(columns: readonly Column[], rows: readonly (readonly Cell[])[]): number[] {
  const widths = columns.map(({ header }) => textWidth(header));
  for (const { one, index, count } of rows.flatMap(placeCells)) {
    if (count === 1) widths[index] = Math.max(widths[index] ?? 0, lineWidth(one.spans));
  }
  return widths;
}

interface PlacedCell {
  readonly one: Cell;
  readonly index: number;
  readonly count: number;
}

function placeCells(row: readonly Cell[]): PlacedCell[] {
  const placed: PlacedCell[] = [];
  let index = 0;
  for (const one of row) {
    const count = one.columns ?? 1;
    placed.push({ one, index, count });
    index += count;
  }
  return placed;
}

function shrink(columns: readonly Column[], natural: readonly number[], room: number): number[] {
  const widths = [...natural];
  for (let over = total(widths) - room; over > 0; over -= 1) {
    const index = nextToCut(columns, widths);
    if (index === null) break;
    widths[index] = (widths[index] ?? 0) - 1;
  }
  return widths;
}

/** The widest column that may still be cut; those that give first as long as they can. */
function nextToCut(columns: readonly Column[], widths: readonly number[]): number | null {
  const cuttable = [...columns.keys()].filter((index) => {
    const min = columns[index]?.min;
    return min !== undefined && (widths[index] ?? 0) > min;
  });
  const first = cuttable.filter((index) => columns[index]?.givesFirst === true);
  const from = first.length > 0 ? first : cuttable;
  return from.reduce<number | null>(
    (best, index) => (best === null || (widths[index] ?? 0) > (widths[best] ?? 0) ? index : best),
    null,
  );
}

/** Makes room for sentences that run over several columns, as far as the screen has any. */
function widen(rows: readonly (readonly Cell[])[], fitted: readonly number[], room: number): number[] {
  const widths = [...fitted];
  for (const { one, index, count } of rows.flatMap(placeCells)) {
    if (count === 1) continue;
    const short = lineWidth(one.spans) - total(widths.slice(index, index + count));
    const more = Math.min(short, room - total(widths));
    if (more > 0) widths[index + 1] = (widths[index + 1] ?? 0) + more;
  }
  return widths;
}

function headerLine(columns: readonly Column[], widths: readonly number[]): Line {
  const parts = columns.map(({ header, align }, index) =>
    padSpans([span(header, "dim")], widths[index] ?? 0, align),
  );
  return joinSpans(parts);
}

function tableLine(
  columns: readonly Column[],
  widths: readonly number[],
  row: readonly Cell[],
  look: Look,
): Line {
  const parts = placeCells(row).map(({ one, index, count }) => {
    const width = total(widths.slice(index, index + count));
    const column = count === 1 ? columns[index] : undefined;
    const cut = column?.cut === "middle" ? cutName(one.spans, width, look) : one.spans;
    return padSpans(cutLine(cut, width, look), width, column?.align);
  });
  return joinSpans(parts);
}

function cutName(spans: Line, width: number, look: Look): Line {
  return spans.map(({ text, tone }) => ({ text: cutMiddle(text, width, look.ascii), tone }));
}

function padSpans(spans: Line, width: number, align: "right" | undefined): Line {
  const blank = span(" ".repeat(Math.max(0, width - lineWidth(spans))));
  return align === "right" ? [blank, ...spans] : [...spans, blank];
}

function joinSpans(parts: readonly Line[], gap: string = GAP): Line {
  return parts.flatMap((part, index) => (index === 0 ? part : [span(gap), ...part]));
}

/** First line: title and state. Then `LABEL value` of the other cells, a second line at most as a rule. */
function renderCard(columns: readonly Column[], row: readonly Cell[], look: Look): Line[] {
  const title: Line[] = [];
  const details: Line[] = [];
  let state: Line = [];
  for (const { one, index } of placeCells(row)) {
    const column = columns[index];
    if (column === undefined || column.card === "none") continue;
    if (column.card === "title") title.push(one.spans);
    else if (column.card === "state") state = one.spans;
    else if (!isBlank(one.spans))
      details.push([span(`${column.header.toLowerCase()} `, "dim"), ...one.spans]);
  }
  const head = splitLine(joinSpans(title, " "), state, look.columns, look);
  const more = flowLines(details, look.columns - GAP.length, look);
  return [head, ...more.map((line): Line => [span(GAP), ...line])];
}

function isBlank(spans: Line): boolean {
  return spans.every(({ text }) => text === "" || text === "-");
}
