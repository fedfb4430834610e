import { cutLine, type Line, lineWidth, type Span, span } from "../../render/line.ts";
import type { Look } from "../../render/look.ts";
import { cutEnd, cutMiddle } from "../../render/text-width.ts";

/** A column whose width does not depend on what stands in it: rows that come and go move nothing. */
export interface FixedColumn {
  readonly header: string;
  readonly width: number;
  readonly align?: "right";
  readonly cut?: "middle";
}

const GAP = "  ";

/** Width of the columns together, gaps included. */
export function fixedWidth(columns: readonly FixedColumn[]): number {
  return columns.reduce((sum, { width }) => sum + width, GAP.length * Math.max(0, columns.length - 1));
}

export function fixedHeader(columns: readonly FixedColumn[], look: Look): Line {
  return fixedRow(
    columns,
    columns.map(({ header }) => span(header, "dim")),
    look,
  );
}

/** One row; what is too wide for its column is cut. */
export function fixedRow(columns: readonly FixedColumn[], cells: readonly Span[], look: Look): Line {
  return columns.flatMap((column, index): Line => {
    const { text, tone } = cells[index] ?? span("");
    const cut = (column.cut === "middle" ? cutMiddle : cutEnd)(text, column.width, look.ascii);
    const blank = span(" ".repeat(Math.max(0, column.width - lineWidth([span(cut)]))));
    const padded = column.align === "right" ? [blank, span(cut, tone)] : [span(cut, tone), blank];
    return index === 0 ? padded : [span(GAP), ...padded];
  });
}

/** The line, cut or filled to exactly `width` columns. */
export function fitLine(line: Line, width: number, look: Look): Line {
  const cut = cutLine(line, width, look);
  const blank = width - lineWidth(cut);
  return blank > 0 ? [...cut, span(" ".repeat(blank))] : cut;
}
