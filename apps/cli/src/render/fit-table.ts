import type { Cell, Column } from "./grid-column.ts";
import { lineWidth } from "./line.ts";
import type { Look } from "./look.ts";
import { cutMiddle, textWidth } from "./text-width.ts";

/** At this width every column is shown. */
export const WIDE_COLUMNS = 110;
export const GAP = "  ";
/** Longer names may be cut before a column is left out for them: whole ones, and short ones. */
const LONG_NAME = 28;
const LONG_SHORT_NAME = 16;

/** What is left of a table after columns were left out. */
export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

/**
 * The fullest form of a table that the screen has room for. What goes, one by one: columns for wide screens, the long
 * form of cells, columns that can be dropped. What is then still too wide is for {@link shrink} to cut.
 */
export function fitTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  { columns: room, ascii }: Look,
): Table {
  const base = columns.filter(({ wideOnly }) => wideOnly !== true);
  const extra = room < WIDE_COLUMNS ? [] : columns.filter(({ wideOnly }) => wideOnly === true);
  for (let left = extra.length; left >= 0; left -= 1) {
    const form = pickColumns(columns, rows, [...base, ...extra.slice(0, left)]);
    if (leastWidth(form, LONG_NAME, ascii) <= room) return form;
  }
  const shortRows = rows.map((row) => row.map((one) => ({ ...one, spans: one.short ?? one.spans })));
  const isKept = ({ dropped }: Column): boolean => dropped === undefined;
  const spare = base.filter((column) => !isKept(column));
  spare.sort((a, b) => (b.dropped ?? 0) - (a.dropped ?? 0));
  for (let left = spare.length; left > 0; left -= 1) {
    const form = pickColumns(columns, shortRows, [...base.filter(isKept), ...spare.slice(0, left)]);
    if (leastWidth(form, LONG_SHORT_NAME, ascii) <= room) return form;
  }
  return pickColumns(columns, shortRows, base.filter(isKept));
}

/** Names count up to `nameRoom`, and what gives first with its least: cutting these costs less than a column. */
function leastWidth({ columns, rows }: Table, nameRoom: number, ascii: boolean): number {
  const widths = naturalWidths(columns, rows).map((width, index) => {
    const { cut, gives, min } = columns[index] ?? {};
    if (min === undefined || (cut !== "middle" && gives !== "first")) return width;
    const least = gives === "first" ? min : Math.max(min, nameRoom);
    return Math.min(width, cut === "middle" ? distinctWidth(textsOf(rows, index), least, ascii) : least);
  });
  return total(widths);
}

function pickColumns(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  left: readonly Column[],
): Table {
  const shown = columns.map((column) => left.includes(column));
  return {
    columns: columns.filter((_, index) => shown[index]),
    rows: rows.map((row) => pickCells(row, shown)),
  };
}

/** Width of columns side by side. */
export function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + GAP.length * Math.max(0, widths.length - 1);
}

/** A cell that spans columns of which some are hidden spans the others. */
function pickCells(row: readonly Cell[], shown: readonly boolean[]): Cell[] {
  return placeCells(row).flatMap(({ one, index, count }) => {
    const columns = shown.slice(index, index + count).filter(Boolean).length;
    return columns > 0 ? [{ spans: one.spans, columns }] : [];
  });
}

/** Cells that span several columns do not widen any here: the caller makes room for them. */
export function naturalWidths(columns: readonly Column[], rows: readonly (readonly Cell[])[]): number[] {
  const widths = columns.map(({ header }) => textWidth(header));
  for (const { one, index, count } of rows.flatMap(placeCells)) {
    if (count === 1) widths[index] = Math.max(widths[index] ?? 0, lineWidth(one.spans));
  }
  return widths;
}

export interface PlacedCell {
  readonly one: Cell;
  readonly index: number;
  readonly count: number;
}

/** Where each cell of a row begins, and how many columns it takes. */
export function placeCells(row: readonly Cell[]): PlacedCell[] {
  const placed: PlacedCell[] = [];
  let index = 0;
  for (const one of row) {
    const count = one.columns ?? 1;
    placed.push({ one, index, count });
    index += count;
  }
  return placed;
}

/**
 * Widths of the columns on the screen. Names are cut no further than they can be told apart, as long as anything else
 * can be cut in their place.
 */
export function shrink({ columns, rows }: Table, look: Look): number[] {
  const natural = naturalWidths(columns, rows);
  const told = columns.map((column, index) =>
    column.cut === "middle" && column.min !== undefined
      ? { ...column, min: distinctWidth(textsOf(rows, index), column.min, look.ascii) }
      : column,
  );
  return cutTo(columns, cutTo(told, natural, look.columns), look.columns);
}

function cutTo(columns: readonly Column[], from: readonly number[], room: number): number[] {
  const widths = [...from];
  for (let over = total(widths) - room; over > 0; over -= 1) {
    const index = nextToCut(columns, widths);
    if (index === null) break;
    widths[index] = (widths[index] ?? 0) - 1;
  }
  return widths;
}

function textsOf(rows: readonly (readonly Cell[])[], index: number): string[] {
  const cells = rows.flatMap(placeCells).filter((placed) => placed.index === index && placed.count === 1);
  return cells.map(({ one }) => one.spans.map(({ text }) => text).join(""));
}

/** The least width from `min` on at which different texts are still different. */
function distinctWidth(texts: readonly string[], min: number, ascii: boolean): number {
  const whole = new Set(texts);
  const longest = Math.max(min, ...texts.map(textWidth));
  for (let width = min; width < longest; width += 1) {
    if (new Set([...whole].map((text) => cutMiddle(text, width, ascii))).size === whole.size) return width;
  }
  return longest;
}

const GIVING = ["first", undefined, "last"] as const;

/** The widest column that may still be cut, of those that give way first. */
function nextToCut(columns: readonly Column[], widths: readonly number[]): number | null {
  const cuttable = [...columns.keys()].filter((index) => {
    const min = columns[index]?.min;
    return min !== undefined && (widths[index] ?? 0) > min;
  });
  const groups = GIVING.map((gives) => cuttable.filter((index) => columns[index]?.gives === gives));
  const from = groups.find((group) => group.length > 0) ?? [];
  return from.reduce<number | null>(
    (best, index) => (best === null || (widths[index] ?? 0) > (widths[best] ?? 0) ? index : best),
    null,
  );
}
