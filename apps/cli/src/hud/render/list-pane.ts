import { type Line, type Span, span } from "../../render/line.ts";
import type { Look } from "../../render/look.ts";
import type { ListPane } from "../state/hud-state.ts";
import { emptyLines } from "./empty-pane.ts";
import { type FixedColumn, fixedHeader, fixedRow } from "./fixed-table.ts";
import { listWindow } from "./list-window.ts";
import { countNote, type DrawnPane, type PaneInput } from "./pane.ts";
import { markRow } from "./row-mark.ts";

export interface ListColumn<Row> extends FixedColumn {
  readonly cell: (row: Row, look: Look) => Span;
}

export interface ListInput<Row> {
  readonly pane: ListPane;
  readonly rows: readonly Row[];
  readonly id: (row: Row) => string;
  /** @param width Without the margins. */
  readonly columns: (width: number) => readonly ListColumn<Row>[];
  /** How many rows there would be without the filter. */
  readonly total: number;
  /** Why there is no row, where no filter is the reason. */
  readonly empty: string;
}

export const NOTHING_FITS = "nothing fits the filter: Esc clears it";

/** A head and the rows around the selected one. Without a selection the first row is the one that Enter takes. */
export function drawList<Row>(list: ListInput<Row>, { state, look, height }: PaneInput): DrawnPane {
  const { rows, id, pane } = list;
  if (rows.length === 0) {
    return { lines: emptyLines([list.total > 0 ? NOTHING_FITS : list.empty], look, height), note: "" };
  }
  const selected = Math.max(
    0,
    rows.findIndex((row) => id(row) === state.ui.selected[pane]),
  );
  const { start, end } = listWindow(rows.length, Math.max(1, height - 1), selected);
  const columns = list.columns(look.columns - 2);
  const isMarked = state.ui.hasKeys && state.ui.pane === pane;
  const lines = rows.slice(start, end).map((row, index): Line => {
    const cells = columns.map(({ cell }) => cell(row, look));
    return markRow(fixedRow(columns, cells, look), isMarked && start + index === selected, look);
  });
  const head: Line = [span(" "), ...fixedHeader(columns, look)];
  return { lines: [head, ...lines].slice(0, height), note: countNote(end - start, rows.length) };
}

/** A value, or a dim dash where there is none. */
export function valueSpan(text: string): Span {
  return span(text, text === "-" ? "dim" : "plain");
}
