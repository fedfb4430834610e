import { type Cell, type Column, cell, renderGrid } from "./grid.ts";
import { type Line, paintLines, span } from "./line.ts";
import type { Look } from "./look.ts";
import { tokensText } from "./quantity.ts";
import { safeText } from "./safe-text.ts";
import { modelCells } from "./short-model.ts";

/** What was taken under one heading. */
export interface UsageTotal {
  /** As it is shown: a day, an hour, … */
  readonly span: string;
  readonly lane: string;
  readonly model: string;
  readonly count: number;
  readonly input: number;
  readonly output: number;
  readonly cacheWrite: number;
  readonly cacheRead: number;
}

/** Rows of what was taken, with their sum below. */
export function renderUsageTotals(
  rows: readonly UsageTotal[],
  look: Look,
  { heading, counted }: { readonly heading: string; readonly counted: string },
): string {
  const columns: Column[] = [
    { header: heading, card: "title" },
    { header: "LANE", min: 6, gives: "last", card: "title" },
    { header: "MODEL", min: 10, gives: "first", cut: "middle", card: "title" },
    { header: counted, align: "right" },
    { header: "INPUT", align: "right" },
    { header: "OUTPUT", align: "right" },
    { header: "CACHE WRITE", align: "right", wideOnly: true },
    { header: "CACHE READ", align: "right" },
  ];
  const modelCell = modelCells(rows.map(({ model }) => model));
  const lines: Line[] = renderGrid(
    columns,
    [...rows.map((row) => toCells(row, modelCell)), sumCells(rows)],
    look,
  );
  return paintLines(lines, look);
}

function toCells(row: UsageTotal, modelCell: (name: string) => Cell): Cell[] {
  return [
    cell(row.span, "dim"),
    cell(safeText(row.lane)),
    bold(modelCell(row.model)),
    cell(String(row.count)),
    cell(tokensText(row.input)),
    cell(tokensText(row.output)),
    cell(tokensText(row.cacheWrite)),
    cell(tokensText(row.cacheRead)),
  ];
}

function bold({ spans, short = spans }: Cell): Cell {
  const toBold = (line: Line): Line => line.map(({ text }) => span(text, "bold"));
  return { spans: toBold(spans), short: toBold(short) };
}

function sumCells(rows: readonly UsageTotal[]): Cell[] {
  const sum = (pick: (row: UsageTotal) => number): number =>
    rows.reduce((total, row) => total + pick(row), 0);
  return [
    cell("total", "bold"),
    cell(""),
    cell(""),
    cell(String(sum(({ count }) => count)), "bold"),
    cell(tokensText(sum(({ input }) => input)), "bold"),
    cell(tokensText(sum(({ output }) => output)), "bold"),
    cell(tokensText(sum(({ cacheWrite }) => cacheWrite)), "bold"),
    cell(tokensText(sum(({ cacheRead }) => cacheRead)), "bold"),
  ];
}
