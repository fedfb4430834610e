import uPlot from "uplot";
import { clock, weekday } from "../format.ts";
import type { Palette } from "../palette.ts";
import { lonelySteps } from "../series-data.ts";
import type { ChartFrame, ChartText } from "./chart-frame.ts";

/** What one chart draws. */
export interface Picture {
  readonly times: readonly number[];
  readonly from: number;
  readonly to: number;
  readonly series: readonly uPlot.Series[];
  readonly data: readonly (readonly (number | null)[])[];
  readonly bands?: readonly uPlot.Band[];
  readonly yMax: (dataMax: number | null) => number;
  readonly yText: (value: number) => string;
  /** Splits of the y axis; without it as they fall. */
  readonly ySplits?: readonly number[];
  readonly overlay?: (u: uPlot) => void;
  readonly text: ChartText;
}

/** A chart that lives in one frame and is drawn anew when its shape changes, else only given new data. */
export interface Plot {
  draw(picture: Picture, palette: Palette): void;
}

const HEIGHT = { wide: 220, narrow: 180 } as const;
const NARROW_PX = 520;

export function createPlot(frame: ChartFrame): Plot {
  let chart: uPlot | null = null;
  let shape = "";
  let picture: Picture | null = null;
  const resize = new ResizeObserver(() => {
    const { width, height } = sizeOf(frame.plot);
    if (chart !== null && width > 0 && (chart.width !== width || chart.height !== height))
      chart.setSize({ width, height });
  });
  resize.observe(frame.plot);
  return {
    draw(next, palette) {
      picture = next;
      frame.describe(next.text);
      const wanted = shapeOf(next, palette);
      const data = [next.times, ...next.data] as unknown as uPlot.AlignedData;
      if (chart !== null && wanted === shape) {
        chart.setData(data);
        return;
      }
      chart?.destroy();
      shape = wanted;
      chart = new uPlot(
        options(() => picture ?? next, palette, frame),
        data,
        frame.plot,
      );
      frame.steer(chart);
    },
  };
}

/** What cannot be changed without building the chart anew. */
function shapeOf({ series }: Picture, palette: Palette): string {
  const lines = series.map(({ label, stroke, fill, dash }) => [
    label,
    typeof stroke === "string" ? stroke : "",
    typeof fill === "string" ? fill : "",
    dash,
  ]);
  return JSON.stringify([lines, palette.ink, palette.card]);
}

function sizeOf(plot: HTMLElement): { width: number; height: number } {
  const width = Math.floor(plot.clientWidth);
  return { width, height: width < NARROW_PX ? HEIGHT.narrow : HEIGHT.wide };
}

function options(picture: () => Picture, palette: Palette, frame: ChartFrame): uPlot.Options {
  const first = picture();
  return {
    ...sizeOf(frame.plot),
    padding: [12, 10, 0, 0],
    legend: { show: false },
    cursor: {
      sync: { key: "ccp" },
      drag: { x: false, y: false },
      y: false,
      points: { size: 8, width: 2, stroke: () => palette.card, fill: (u, at) => strokeOf(u.series[at]) },
    },
    scales: {
      x: { time: true, range: () => [picture().from, picture().to] },
      y: { range: (_, __, max) => [0, picture().yMax(max)] },
    },
    axes: [timeAxis(palette), valueAxis(palette, picture)],
    series: [{}, ...first.series],
    ...(first.bands === undefined ? {} : { bands: [...first.bands] }),
    hooks: {
      drawClear: [(u) => drawGround(u, palette)],
      draw: [(u) => picture().overlay?.(u)],
      setCursor: [(u) => frame.cursorMoved(u)],
    },
  };
}

function strokeOf(series: uPlot.Series | undefined): string {
  const stroke: unknown = series?.stroke;
  const value: unknown = typeof stroke === "function" ? stroke() : stroke;
  return typeof value === "string" ? value : "transparent";
}

const DAY_SEC = 86_400;
/** Steps of the time axis, seconds; a label needs about this many pixels. */
const TIME_STEPS = [900, 1800, 3600, 7200, 10_800, 14_400, 21_600, 43_200, DAY_SEC, 2 * DAY_SEC];
const LABEL_PX = 64;

function timeAxis(palette: Palette): uPlot.Axis {
  return {
    stroke: palette.faint,
    font: palette.font,
    size: 28,
    gap: 6,
    grid: { show: false },
    ticks: { show: false },
    incrs: TIME_STEPS,
    space: LABEL_PX,
    splits: (u, _, min, max, incr) => {
      // A label at the very end would be cut off.
      const edge = ((LABEL_PX / 3) * (max - min)) / u.width;
      return localSplits(min, max - edge, incr);
    },
    values: (_, splits) => splits.map((ts) => (isMidnight(ts) ? weekday(ts) : clock(ts))),
  };
}

/** Splits at whole local hours and days, which in most zones are not whole multiples of the epoch's. */
function localSplits(min: number, max: number, incr: number): number[] {
  const offset = new Date(max * 1000).getTimezoneOffset() * 60;
  const splits: number[] = [];
  for (let ts = Math.ceil((min - offset) / incr) * incr + offset; ts <= max; ts += incr) splits.push(ts);
  return splits;
}

function isMidnight(ts: number): boolean {
  const date = new Date(ts * 1000);
  return date.getHours() === 0 && date.getMinutes() === 0;
}

function valueAxis(palette: Palette, picture: () => Picture): uPlot.Axis {
  const splits = picture().ySplits;
  return {
    stroke: palette.faint,
    font: palette.font,
    size: 46,
    gap: 6,
    grid: { stroke: palette.grid, width: 1 },
    ticks: { show: false },
    space: 36,
    values: (_, values) => values.map((value) => picture().yText(value)),
    ...(splits === undefined ? {} : { splits: () => [...splits] }),
  };
}

/** The ground line: bars and areas stand on it. */
function drawGround(u: uPlot, palette: Palette): void {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.fillStyle = palette.grid;
  ctx.fillRect(bbox.left, bbox.top + bbox.height - 1, bbox.width, 1);
  ctx.restore();
}

/** Points only where a line would show nothing. */
export function lonelyPoints(values: readonly (number | null)[], colour: string): uPlot.Series.Points {
  const steps = lonelySteps(values);
  return { show: true, size: 5, width: 0, fill: colour, stroke: colour, filter: () => steps };
}
