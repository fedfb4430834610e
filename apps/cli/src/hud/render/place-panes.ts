import { type Line, lineWidth, span } from "../../render/line.ts";
import type { Look } from "../../render/look.ts";
import { type HudState, type Pane, SORTS } from "../state/hud-state.ts";
import { fitLine } from "./fixed-table.ts";
import type { PaneView } from "./pane.ts";

/** A part of the screen that is to be filled: one pane, or panes side by side. */
export interface Band {
  /** Left to right. */
  readonly panes: readonly PaneView[];
  /** Width of the first pane where there are two. */
  readonly firstWidth?: number;
  /** Rows below the title that it gets at least. */
  readonly min: number;
  /** Rows it gets at most; it wants no more than its content has. */
  readonly max: number;
}

const COLUMN_GAP = 2;

/** Draws bands below each other in exactly `rows` lines; the last band takes what is left. */
export function placeBands(
  bands: readonly Band[],
  state: HudState,
  look: Look,
  rows: number,
  nowMs: number,
): Line[] {
  const heights = shareRows(
    bands.map((band) => ({ min: band.min, wants: Math.min(band.max, wantsOf(band, state)) })),
    rows - bands.length,
  );
  const lines = bands.flatMap((band, index) => drawBand(band, heights[index] ?? 0, state, look, nowMs));
  return [...lines, ...Array.from({ length: Math.max(0, rows - lines.length) }, (): Line => [])].slice(
    0,
    rows,
  );
}

function wantsOf({ panes }: Band, state: HudState): number {
  return Math.max(...panes.map((pane) => pane.wants(state)));
}

/** First the least that each needs, then what the upper ones still want, then the rest to the last. */
function shareRows(
  asks: readonly { readonly min: number; readonly wants: number }[],
  rows: number,
): number[] {
  let left = rows - asks.reduce((sum, { min, wants }) => sum + Math.min(min, wants), 0);
  return asks.map(({ min, wants }, index) => {
    const least = Math.min(min, wants);
    const more = Math.max(0, index === asks.length - 1 ? left : Math.min(left, wants - least));
    left -= more;
    return least + more;
  });
}

function drawBand(band: Band, height: number, state: HudState, look: Look, nowMs: number): Line[] {
  const [first, second] = band.panes;
  if (first === undefined) return [];
  if (second === undefined) return drawPane(first, height, state, look, nowMs);
  const left = band.firstWidth ?? Math.floor((look.columns - COLUMN_GAP) / 2);
  const right = look.columns - COLUMN_GAP - left;
  const leftLines = drawPane(first, height, state, { ...look, columns: left }, nowMs);
  const rightLines = drawPane(second, height, state, { ...look, columns: right }, nowMs);
  return leftLines.map((line, index) => [
    ...fitLine(line, left, look),
    span(" ".repeat(COLUMN_GAP)),
    ...(rightLines[index] ?? []),
  ]);
}

function drawPane(view: PaneView, height: number, state: HudState, look: Look, nowMs: number): Line[] {
  const { lines, note } = view.draw({ state, look, height, nowMs });
  const title = titleLine([{ pane: view.pane, text: view.title }], note, state, look);
  const blank = Array.from({ length: Math.max(0, height - lines.length) }, (): Line => []);
  return [title, ...lines.slice(0, height).map((line) => fitCut(line, look)), ...blank];
}

function fitCut(line: Line, look: Look): Line {
  return lineWidth(line) <= look.columns ? line : fitLine(line, look.columns, look);
}

export interface Tab {
  readonly pane: Pane;
  readonly text: string;
}

/**
 * `─ recent · by slowest ─────── 12 of 40 ─`. With several tabs the one that is shown is bold; the pane that has the
 * focus is told by a mark, too.
 */
export function titleLine(
  tabs: readonly Tab[],
  note: string,
  state: HudState,
  look: Look,
  shown: Pane | null = tabs[0]?.pane ?? null,
): Line {
  const rule = look.ascii ? "-" : "─";
  const dot = look.ascii ? " | " : " · ";
  const { hasKeys, pane, sort } = state.ui;
  const names = tabs.flatMap((tab, index): Line => {
    const isFocused = hasKeys && tab.pane === pane;
    const tone = isFocused ? "bold" : tab.pane === shown && tabs.length > 1 ? "plain" : "dim";
    const mark = isFocused ? [span(look.ascii ? "*" : "▪", "cool"), span(" ")] : [];
    return [...(index === 0 ? [] : [span(dot, "dim")]), ...mark, span(tab.text, tone)];
  });
  const sorted = shown === null || sort[shown] === 0 ? "" : `by ${SORTS[shown][sort[shown]] ?? ""}`;
  const start: Line = [span(`${rule} `, "dim"), ...names, span(" ")];
  // Half a number is a wrong one: what does not fit is left out.
  const notes = [
    [sorted, note].filter((text) => text !== "").join(", "),
    note,
    note.replace(" of ", "/"),
    "",
  ];
  const room = look.columns - lineWidth(start) - 1;
  const end = notes.map((text) => noteSpans(text, rule)).find((spans) => lineWidth(spans) <= room) ?? [];
  const fill = Math.max(1, look.columns - lineWidth(start) - lineWidth(end));
  return [...start, span(rule.repeat(fill), "dim"), ...end];
}

function noteSpans(text: string, rule: string): Line {
  return text === "" ? [] : [span(` ${text} `, "dim"), span(rule, "dim")];
}
