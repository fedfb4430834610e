import { fitTable, GAP, naturalWidths, placeCells, shrink, total } from "./fit-table.ts";
import { flowLines, splitLine } from "./flow.ts";
import type { Cell, Column } from "./grid-column.ts";
import { cutLine, type Line, lineWidth, type Span, span } from "./line.ts";
import type { Look } from "./look.ts";
import { cutMiddle } from "./text-width.ts";

export { WIDE_COLUMNS } from "./fit-table.ts";
export type { Cell, Column } from "./grid-column.ts";

/** Below this width a row becomes a card of two lines. */
export const TABLE_COLUMNS = 80;

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
  const table = fitTable(columns, rows, look);
  const widths = widen(table.rows, shrink(table, look), look.columns);
  return [
    headerLine(table.columns, widths),
    ...table.rows.map((row) => tableLine(table.columns, widths, row, look)),
  ];
}

/** Width of the table before anything is cut; asked by views that can show less. */
export function gridWidth(columns: readonly Column[], rows: readonly (readonly Cell[])[]): number {
  return total(widen(rows, naturalWidths(columns, rows), Number.POSITIVE_INFINITY));
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
  const short: Line[] = [];
  const details: Line[] = [];
  let state: Line = [];
  for (const { one, index } of placeCells(row)) {
    const column = columns[index];
    if (column === undefined || column.card === "none") continue;
    if (column.card === "title") {
      title.push(one.spans);
      short.push(one.short ?? one.spans);
    } else if (column.card === "state") state = one.spans;
    else if (!isBlank(one.spans))
      details.push([span(`${column.header.toLowerCase()} `, "dim"), ...one.spans]);
  }
  const fits = lineWidth(joinSpans(title, " ")) + GAP.length + lineWidth(state) <= look.columns;
  const head = splitLine(joinSpans(fits ? title : short, " "), state, look.columns, look);
  const more = flowLines(details, look.columns - GAP.length, look);
  return [head, ...more.map((line): Line => [span(GAP), ...line])];
}

function isBlank(spans: Line): boolean {
  return spans.every(({ text }) => text === "" || text === "-");
}
