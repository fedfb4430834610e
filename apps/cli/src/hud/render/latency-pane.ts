import { type Line, span, type Tone } from "../../render/line.ts";
import type { Look } from "../../render/look.ts";
import { cutMiddle, padEnd } from "../../render/text-width.ts";
import { type Histogram, type Quantile, quantile } from "../data/histogram.ts";
import { shownData } from "../state/hud-state.ts";
import { latencyRows } from "../view/pane-rows.ts";
import { columnChart } from "./column-chart.ts";
import { emptyLines } from "./empty-pane.ts";
import { NOTHING_FITS } from "./list-pane.ts";
import { countNote, type DrawnPane, type PaneInput, type PaneView } from "./pane.ts";

/** How long answers took and how long the first byte took, by lane, since the gateway started. */
export const latencyPane: PaneView = {
  pane: "latency",
  title: "latency",
  wants: (state) => 1 + Math.max(1, 2 * latencyRows(state).length) * MAX_CHART_ROWS,
  draw: drawLatency,
};

const MAX_CHART_ROWS = 4;
/** Holds `  p50 ≤.25s p95 ≤2.5s` and a gap. */
const LABEL_WIDTH = 22;
/** Holds `2.5s` and a gap. */
const LABEL_ROOM = 5;
const MIN_BUCKET_WIDTH = 3;
const MAX_BUCKET_WIDTH = 9;
/** Fewer make a chart of one lone bar. */
const MIN_BUCKETS = 5;

interface Chart {
  readonly lane: string;
  readonly what: "answer" | "first byte";
  readonly histogram: Histogram;
  readonly tone: Tone;
}

function drawLatency({ state, look, height }: PaneInput): DrawnPane {
  const { metrics } = shownData(state);
  const lanes = latencyRows(state);
  if (lanes.length === 0) {
    const isFiltered = (metrics?.latency.length ?? 0) > 0;
    return {
      lines: emptyLines([isFiltered ? NOTHING_FITS : "no answer has come yet"], look, height),
      note: "",
    };
  }
  const charts = pickCharts(lanes, metrics?.ttft ?? [], height - 1);
  const rows = Math.max(1, Math.min(MAX_CHART_ROWS, Math.floor((height - 1) / charts.length)));
  const room = look.columns - 2 - LABEL_WIDTH;
  const range = bucketRange(charts, Math.floor(room / MIN_BUCKET_WIDTH));
  const width = Math.min(MAX_BUCKET_WIDTH, Math.floor(room / Math.max(1, range.end - range.start)));
  const drawn = charts.flatMap((chart) => chartLines(chart, { rows, range, width, look }));
  const axis = axisLine(charts[0]?.histogram.bounds ?? [], range, width);
  const shownLanes = new Set(charts.map(({ lane }) => lane)).size;
  return { lines: [...drawn, axis].slice(0, height), note: countNote(shownLanes, lanes.length) };
}

/** Answers of all lanes come first; waits for the first byte where there is room for all of them. */
function pickCharts(lanes: readonly Histogram[], ttft: readonly Histogram[], room: number): Chart[] {
  const both = lanes.flatMap((histogram): Chart[] => {
    const first = ttft.find(({ lane }) => lane === histogram.lane);
    const answer = answerChart(histogram);
    return first === undefined
      ? [answer]
      : [answer, { lane: histogram.lane, what: "first byte", histogram: first, tone: "dim" }];
  });
  return both.length <= room ? both : lanes.slice(0, Math.max(1, room)).map(answerChart);
}

function answerChart(histogram: Histogram): Chart {
  return { lane: histogram.lane, what: "answer", histogram, tone: "cool" };
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** The buckets that any chart has values in and one empty one on either side; where they do not fit, most values. */
function bucketRange(charts: readonly Chart[], fitting: number): Range {
  const count = Math.max(...charts.map(({ histogram }) => histogram.bounds.length));
  const values = Array.from({ length: count }, (_, index) => {
    return charts.reduce((sum, { histogram }) => sum + (histogram.counts[index] ?? 0), 0);
  });
  const last = values.findLastIndex((value) => value > 0);
  const end = Math.min(count, Math.max(last + 2, MIN_BUCKETS));
  const start = Math.max(0, Math.min(values.findIndex((value) => value > 0) - 1, end - MIN_BUCKETS));
  const size = Math.min(end - start, Math.max(1, fitting));
  const starts = Array.from({ length: end - start - size + 1 }, (_, index) => start + index);
  const held = (from: number): number =>
    values.slice(from, from + size).reduce((sum, value) => sum + value, 0);
  const best = starts.reduce((most, from) => (held(from) > held(most) ? from : most), start);
  return { start: best, end: best + size };
}

interface ChartShape {
  readonly rows: number;
  readonly range: Range;
  readonly width: number;
  readonly look: Look;
}

function chartLines(
  { lane, what, histogram, tone }: Chart,
  { rows, range, width, look }: ChartShape,
): Line[] {
  const values = histogram.counts.slice(range.start, range.end);
  const bars = columnChart({
    values,
    top: Math.max(...values),
    height: rows,
    width,
    gap: 1,
    ascii: look.ascii,
  });
  const labels = chartLabels(cutMiddle(lane, LABEL_WIDTH - 2, look.ascii), what, histogram, rows, look);
  return bars.map((bar, index): Line => {
    const [text, labelTone] = labels[index] ?? ["", "plain"];
    return [span(` ${padEnd(text, LABEL_WIDTH)}`, labelTone), span(bar, tone)];
  });
}

/** What stands left of a chart: as much as it has rows. */
function chartLabels(
  lane: string,
  what: Chart["what"],
  histogram: Histogram,
  rows: number,
  look: Look,
): readonly (readonly [string, Tone])[] {
  const p50 = quantileText(quantile(histogram, 0.5), look);
  const p95 = quantileText(quantile(histogram, 0.95), look);
  const name = what === "answer" ? lane : "  first byte";
  if (rows === 1) {
    const room = LABEL_WIDTH - p95.length - 5;
    return [[`${padEnd(cutMiddle(name, room, false), room)} p95${p95}`, what === "answer" ? "plain" : "dim"]];
  }
  const tone: Tone = what === "answer" ? "plain" : "dim";
  const indent = what === "answer" ? "" : "  ";
  if (rows === 2)
    return [
      [name, tone],
      [`${indent}p50${p50} p95${p95}`, "dim"],
    ];
  return [
    [name, tone],
    [`${indent}p50${p50}`, "dim"],
    [`${indent}p95${p95}`, "dim"],
    [`${indent}of ${histogram.total}`, "dim"],
  ];
}

/** ` ≤.5s`, or `<=.5s`, which is as wide: the end of the bar that it lies in, as the axis names it. */
function quantileText(found: Quantile | null, { ascii }: Look): string {
  if (found === null) return " -";
  const sign = found.beyond ? " >" : ascii ? "<=" : " ≤";
  return `${sign}${boundText(found.bound)}`;
}

/** Under the bars the longest time that counts into them; under every other one where bars are narrow. */
function axisLine(bounds: readonly number[], { start, end }: Range, width: number): Line {
  const step = Math.ceil(LABEL_ROOM / width);
  const labels = bounds
    .slice(start, end)
    .filter((_, index) => index % step === 0)
    .map((bound) => padEnd(boundText(bound), width * step));
  return [span(` ${padEnd("at most", LABEL_WIDTH)}${labels.join("").trimEnd()}`, "dim")];
}

function boundText(ms: number): string {
  if (ms === Number.POSITIVE_INFINITY) return "more";
  if (ms < 100) return `${ms}ms`;
  if (ms < 1000) return `${ms / 1000}s`.replace("0.", ".");
  const seconds = ms / 1000;
  return seconds < 60 ? `${Number(seconds.toPrecision(2))}s` : `${Number((seconds / 60).toPrecision(2))}m`;
}
