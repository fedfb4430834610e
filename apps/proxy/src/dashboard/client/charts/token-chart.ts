import type { SeriesView } from "@ccp/usage-contract";
import uPlot from "uplot";
import { axisTokens, moment, tokens } from "../format.ts";
import { mix, type Palette } from "../palette.ts";
import { type Line, latest, type Split, stepTimes, tokenStack, tops } from "../series-data.ts";
import type { LegendEntry } from "./chart-frame.ts";
import type { Picture } from "./plot.ts";

/** Tokens a minute, stacked: each lane in its colour, its classes in shades of it. */
export function tokenPicture(view: SeriesView, split: Split, palette: Palette): Picture {
  const stack = tokenStack(view, split);
  const shades = shadesOf(stack, palette);
  const times = stepTimes(view);
  // The highest sum is drawn first, so that each layer hides the foot of the one above it.
  const drawn = tops(stack)
    .map((values, at) => ({ values, at }))
    .reverse();
  return {
    times,
    from: view.start_ts,
    to: view.start_ts + view.steps * view.step_sec,
    series: drawn.map(({ at }) => barSeries(stack[at], shades[at] ?? palette.ink)),
    data: drawn.map(({ values }) => values),
    yMax: (max) => Math.max(10, (max ?? 0) * 1.08),
    yText: axisTokens,
    text: {
      summary: summaryOf(view, stack),
      legend: stack.map((line, at) => legendOf(line, shades[at] ?? palette.ink)),
      table: () => ({
        head: ["Time", ...stack.map(nameOf)],
        rows: times
          .map((ts, step) => [moment(ts, view.ts), ...stack.map(({ values }) => tokens(values[step] ?? 0))])
          .reverse(),
      }),
      times,
      nowTs: view.ts,
    },
  };
}

const nameOf = ({ lane, name }: Line): string => `${lane} ${name}`;

/** The first class of a lane has its full colour, later ones less of it. */
function shadesOf(stack: readonly Line[], palette: Palette): string[] {
  const seen = new Map<string, number>();
  return stack.map(({ lane }) => {
    const place = seen.get(lane) ?? 0;
    seen.set(lane, place + 1);
    return mix(palette.lane(lane), palette.card, Math.max(0.2, 1 - place * 0.27));
  });
}

function barSeries(line: Line | undefined, colour: string): uPlot.Series {
  const paths = uPlot.paths.bars?.({ size: [0.82, 26], align: 0, gap: 0 });
  return {
    label: line === undefined ? "" : nameOf(line),
    stroke: colour,
    fill: colour,
    width: 0,
    points: { show: false },
    ...(paths === undefined ? {} : { paths }),
  };
}

function legendOf(line: Line, colour: string): LegendEntry {
  return {
    label: nameOf(line),
    colour,
    at: (step) => `${tokens(line.values[step] ?? 0)}/min`,
    now: `${tokens(latest(line.values) ?? 0)}`,
  };
}

function summaryOf(view: SeriesView, stack: readonly Line[]): string {
  if (stack.length === 0) return "Tokens a minute. Nothing has passed in this time.";
  const newest = stack.map((line) => `${nameOf(line)} ${tokens(latest(line.values) ?? 0)}`);
  return `Tokens a minute over ${view.range}, by lane and class. Now: ${newest.join("; ")}.`;
}
