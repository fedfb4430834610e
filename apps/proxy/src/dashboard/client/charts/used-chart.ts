import type { SeriesView } from "@ccp/usage-contract";
import type uPlot from "uplot";
import { moment, percent } from "../format.ts";
import { type LaneModel, usedNow } from "../lane-model.ts";
import { fade, type Palette } from "../palette.ts";
import { type Line, limitMarks, peak, resetMarks, stepTimes, usedLines } from "../series-data.ts";
import type { ChartTable, LegendEntry } from "./chart-frame.ts";
import { lonelyPoints, type Picture } from "./plot.ts";

/**
 * Used shares of all windows: the short ones drawn full, longer ones dashed; thresholds, resets, refusals.
 *
 * @param lanes What the cards show: a window that is over has a history and no share now.
 */
export function usedPicture(
  view: SeriesView,
  lanes: readonly LaneModel[],
  warn: ReadonlyMap<string, number>,
  palette: Palette,
): Picture {
  const lines = usedLines(view);
  const times = stepTimes(view);
  return {
    times,
    from: view.start_ts,
    to: view.start_ts + view.steps * view.step_sec,
    series: lines.map((line) => lineSeries(line, palette)),
    data: lines.map(({ values }) => values),
    yMax: (max) => Math.max(1.08, (max ?? 0) * 1.06),
    yText: percent,
    ySplits: [0, 0.25, 0.5, 0.75, 1],
    overlay: (u) => drawOverlay(u, view, warn, palette),
    text: {
      summary: summaryOf(view, lines, times, lanes),
      legend: lines.map((line) => legendOf(line, lanes, palette)),
      table: () => tableOf(view, lines, times),
      times,
      nowTs: view.ts,
    },
  };
}

const nameOf = ({ lane, name }: Line): string => `${lane} ${name}`;
const isLong = ({ name }: Line): boolean => name.endsWith("d");

function lineSeries(line: Line, palette: Palette): uPlot.Series {
  const colour = palette.lane(line.lane);
  return {
    label: nameOf(line),
    stroke: colour,
    width: isLong(line) ? 1.5 : 2,
    ...(isLong(line) ? { dash: [5, 4] } : { fill: fade(colour, 0.08) }),
    points: lonelyPoints(line.values, colour),
  };
}

function legendOf(line: Line, lanes: readonly LaneModel[], palette: Palette): LegendEntry {
  return {
    label: nameOf(line),
    colour: palette.lane(line.lane),
    dashed: isLong(line),
    at: (step) => percent(line.values[step] ?? null),
    now: percent(usedNow(lanes, line.lane, line.name)),
  };
}

function drawOverlay(u: uPlot, view: SeriesView, warns: ReadonlyMap<string, number>, palette: Palette): void {
  const { ctx } = u;
  ctx.save();
  const named = new LabelPlaces();
  level(u, { share: 1, words: "limit", colour: palette.block }, named, palette);
  for (const [share, lanes] of lanesByWarn(warns)) {
    const who = lanes.length === warns.size ? "warn" : `${lanes.join(", ")} warns`;
    level(u, { share, words: `${who} ${percent(share)}`, colour: palette.warn }, named, palette);
  }
  for (const { lane, ts } of resetMarks(view)) resetMark(u, ts, palette.lane(lane));
  for (const { ts, share } of limitMarks(view)) limitDot(u, ts, share, palette);
  ctx.restore();
}

/** Lanes that warn at the same share have one line. */
function lanesByWarn(warns: ReadonlyMap<string, number>): Map<number, string[]> {
  const lanes = new Map<number, string[]>();
  for (const [lane, share] of warns) lanes.set(share, [...(lanes.get(share) ?? []), lane]);
  return lanes;
}

interface Level {
  readonly share: number;
  readonly words: string;
  readonly colour: string;
}

/** Where names of thresholds stand already: two that lie close share a height and stand side by side. */
class LabelPlaces {
  readonly #taken: { readonly y: number; right: number }[] = [];

  /** @returns The left end of a label of this width. */
  place(y: number, left: number, width: number, height: number): number {
    const near = this.#taken.find((each) => Math.abs(each.y - y) < height);
    const start = near === undefined ? left : near.right;
    if (near === undefined) this.#taken.push({ y, right: start + width });
    else near.right = start + width;
    return start;
  }
}

/** A threshold across the chart, named at its left end; the newest values are at the right one. */
function level(u: uPlot, { share, words, colour }: Level, named: LabelPlaces, palette: Palette): void {
  const { ctx, bbox } = u;
  const y = Math.round(u.valToPos(share, "y", true)) + 0.5;
  const scale = devicePixelRatio;
  ctx.strokeStyle = colour;
  ctx.lineWidth = scale;
  ctx.setLineDash([2 * scale, 3 * scale]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.font = palette.font.replace("11px", `${10 * scale}px`);
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  const width = ctx.measureText(words).width;
  const left = named.place(y, bbox.left + 8 * scale, width + 14 * scale, 14 * scale);
  ctx.fillStyle = fade(palette.card, 0.7);
  ctx.fillRect(left - 4 * scale, y - 7 * scale, width + 8 * scale, 14 * scale);
  ctx.fillStyle = colour;
  ctx.fillText(words, left, y);
}

/** A small notch at the foot of the chart: a full line for each reset would hide a week behind a fence. */
function resetMark(u: uPlot, ts: number, colour: string): void {
  const { ctx, bbox } = u;
  const x = Math.round(u.valToPos(ts, "x", true));
  const foot = bbox.top + bbox.height;
  const size = 5 * devicePixelRatio;
  ctx.fillStyle = colour;
  ctx.beginPath();
  ctx.moveTo(x - size * 0.8, foot);
  ctx.lineTo(x + size * 0.8, foot);
  ctx.lineTo(x, foot - size * 1.3);
  ctx.closePath();
  ctx.fill();
}

function limitDot(u: uPlot, ts: number, share: number, palette: Palette): void {
  const { ctx } = u;
  const scale = devicePixelRatio;
  ctx.beginPath();
  ctx.arc(u.valToPos(ts, "x", true), u.valToPos(share, "y", true), 4 * scale, 0, 2 * Math.PI);
  ctx.fillStyle = palette.block;
  ctx.strokeStyle = palette.card;
  ctx.lineWidth = 1.5 * scale;
  ctx.fill();
  ctx.stroke();
}

function summaryOf(
  view: SeriesView,
  lines: readonly Line[],
  times: readonly number[],
  lanes: readonly LaneModel[],
): string {
  const parts = lines.map((line) => {
    const top = peak(line.values);
    const highest =
      top === null ? "" : `, highest ${percent(top.value)} at ${moment(times[top.step] ?? 0, view.ts)}`;
    return `${nameOf(line)}: now ${percent(usedNow(lanes, line.lane, line.name))}${highest}`;
  });
  const limits = limitMarks(view).length;
  const refused = limits === 0 ? "No limit was met." : `${limits} times a limit was met.`;
  return lines.length === 0
    ? "Used share over time. Nothing is known yet."
    : `Used share over time. ${parts.join("; ")}. ${refused}`;
}

function tableOf(view: SeriesView, lines: readonly Line[], times: readonly number[]): ChartTable {
  return {
    head: ["Time", ...lines.map(nameOf)],
    rows: times
      .map((ts, step) => [moment(ts, view.ts), ...lines.map(({ values }) => percent(values[step] ?? null))])
      .reverse(),
  };
}
