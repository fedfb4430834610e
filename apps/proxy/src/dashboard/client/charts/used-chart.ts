import type { SeriesView } from "@ccp/usage-contract";
import type uPlot from "uplot";
import { moment, percent } from "../format.ts";
import { fade, type Palette } from "../palette.ts";
import { type Line, latest, limitMarks, peak, resetMarks, stepTimes, usedLines } from "../series-data.ts";
import type { ChartTable, LegendEntry } from "./chart-frame.ts";
import { lonelyPoints, type Picture } from "./plot.ts";

/** Used shares of all windows: the short ones drawn full, longer ones dashed; thresholds, resets, refusals. */
export function usedPicture(view: SeriesView, warn: ReadonlyMap<string, number>, palette: Palette): Picture {
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
    overlay: (u) => drawOverlay(u, view, new Set(warn.values()), palette),
    text: {
      summary: summaryOf(view, lines, times),
      legend: lines.map((line) => legendOf(line, palette)),
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

function legendOf(line: Line, palette: Palette): LegendEntry {
  return {
    label: nameOf(line),
    colour: palette.lane(line.lane),
    dashed: isLong(line),
    at: (step) => percent(line.values[step] ?? null),
    now: percent(latest(line.values)),
  };
}

function drawOverlay(u: uPlot, view: SeriesView, warns: ReadonlySet<number>, palette: Palette): void {
  const { ctx } = u;
  ctx.save();
  for (const warn of warns) level(u, warn, "warn", palette.warn, palette);
  level(u, 1, "limit", palette.block, palette);
  for (const { lane, ts } of resetMarks(view)) resetMark(u, ts, palette.lane(lane));
  for (const { ts, share } of limitMarks(view)) limitDot(u, ts, share, palette);
  ctx.restore();
}

function level(u: uPlot, share: number, word: string, colour: string, palette: Palette): void {
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
  ctx.textAlign = "right";
  ctx.textBaseline = "bottom";
  ctx.fillStyle = colour;
  ctx.fillText(
    word === "warn" ? `warn ${percent(share)}` : word,
    bbox.left + bbox.width - 2 * scale,
    y - 2 * scale,
  );
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

function summaryOf(view: SeriesView, lines: readonly Line[], times: readonly number[]): string {
  const parts = lines.map((line) => {
    const top = peak(line.values);
    const highest =
      top === null ? "" : `, highest ${percent(top.value)} at ${moment(times[top.step] ?? 0, view.ts)}`;
    return `${nameOf(line)}: now ${percent(latest(line.values))}${highest}`;
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
