import type { SeriesView } from "@ccp/usage-contract";
import type uPlot from "uplot";
import { duration, moment } from "../format.ts";
import { fade, type Palette } from "../palette.ts";
import { type Line, latest, stepTimes, type TimeKind, timeLines } from "../series-data.ts";
import type { LegendEntry } from "./chart-frame.ts";
import { lonelyPoints, type Picture } from "./plot.ts";

const WORDS: Readonly<Record<TimeKind, string>> = {
  ttft_ms: "Time to first byte",
  latency_ms: "Time to last byte",
};

/** Median and 95th percentile of each lane, the room between them tinted. */
export function timePicture(view: SeriesView, kind: TimeKind, palette: Palette): Picture {
  const lanes = timeLines(view, kind);
  const lines = lanes.flatMap(({ p95, p50 }) => [p95, p50]);
  const times = stepTimes(view);
  return {
    times,
    from: view.start_ts,
    to: view.start_ts + view.steps * view.step_sec,
    series: lines.map((line) => lineSeries(line, palette)),
    data: lines.map(({ values }) => values),
    bands: lanes.map(({ p50 }, at) => ({
      series: [at * 2 + 1, at * 2 + 2],
      fill: fade(palette.lane(p50.lane), 0.1),
    })),
    yMax: (max) => Math.max(100, (max ?? 0) * 1.1),
    yText: (value) => (value === 0 ? "0" : duration(value)),
    text: {
      summary: summaryOf(kind, lanes),
      legend: lanes.flatMap(({ p50, p95 }) => [legendOf(p50, palette), legendOf(p95, palette)]),
      table: () => ({
        head: ["Time", ...lines.map(nameOf)],
        rows: times
          .map((ts, step) => [
            moment(ts, view.ts),
            ...lines.map(({ values }) => duration(values[step] ?? null)),
          ])
          .reverse(),
      }),
      times,
      nowTs: view.ts,
    },
  };
}

const nameOf = ({ lane, name }: Line): string => `${lane} ${name}`;

function lineSeries(line: Line, palette: Palette): uPlot.Series {
  const colour = palette.lane(line.lane);
  const isMiddle = line.name === "p50";
  const stroke = isMiddle ? colour : fade(colour, 0.55);
  return {
    label: nameOf(line),
    stroke,
    width: isMiddle ? 2 : 1,
    points: lonelyPoints(line.values, stroke),
  };
}

function legendOf(line: Line, palette: Palette): LegendEntry {
  const colour = palette.lane(line.lane);
  return {
    label: nameOf(line),
    colour: line.name === "p50" ? colour : fade(colour, 0.55),
    at: (step) => duration(line.values[step] ?? null),
    now: duration(latest(line.values)),
  };
}

function summaryOf(kind: TimeKind, lanes: readonly { lane: string; p50: Line; p95: Line }[]): string {
  if (lanes.length === 0) return `${WORDS[kind]}. Nothing is known yet.`;
  const parts = lanes.map(
    ({ lane, p50, p95 }) =>
      `${lane}: median ${duration(latest(p50.values))}, 95th percentile ${duration(latest(p95.values))}`,
  );
  return `${WORDS[kind]} over time. Newest: ${parts.join("; ")}.`;
}
