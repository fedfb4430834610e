import type {
  Granularity,
  RollupsQuery,
  SamplesQuery,
  UsageSample,
  WindowSeries,
  WindowsQuery,
} from "@ccp/usage-contract";
import { type HistorySample, rollUp } from "./roll-up.ts";
import { toRollups } from "./rollup-row.ts";
import { stepOf, toSeries, type WindowSample } from "./window-sample.ts";

/** The newest exchanges that are shown where nobody asked for fewer. */
export const MAX_SAMPLES = 20_000;
const MAX_WINDOW_SAMPLES = 50_000;
const WEEK_SEC = 604_800;

/** The newest finished exchanges and window samples, in memory alone: bounded, oldest out first. */
export interface MemoryHistory {
  add(sample: HistorySample): void;
  addWindows(samples: readonly WindowSample[]): void;
  /** By model, oldest first. `since` is epoch seconds, exclusive. */
  samples(query: SamplesQuery): Record<string, UsageSample[]>;
  /** Samples behind one, oldest first. */
  page(after: { readonly ts: number; readonly rid: string }, limit: number): HistorySample[];
  rollups(query: RollupsQuery): ReturnType<typeof toRollups>;
  windows(query: WindowsQuery, nowSec: number): { step_sec: number; windows: WindowSeries[] };
}

/** @param startOf Epoch seconds at which the span of an instant begins: zones are the caller's. */
export function createMemoryHistory(
  startOf: (ts: number, granularity: Granularity) => number,
  capacity: number = MAX_SAMPLES,
): MemoryHistory {
  let rows: HistorySample[] = [];
  let windows: WindowSample[] = [];
  return {
    add(sample) {
      rows.push(sample);
      // Cut in blocks: shifting one by one would copy the list for each exchange.
      if (rows.length > capacity * 2) rows = rows.slice(-capacity);
    },
    addWindows(samples) {
      windows.push(...samples);
      if (windows.length > MAX_WINDOW_SAMPLES * 2) windows = windows.slice(-MAX_WINDOW_SAMPLES);
    },
    samples: (query) => byModel(chosen(rows.slice(-capacity), query)),
    page({ ts, rid }, limit) {
      const isBehind = ({ sample }: HistorySample): boolean =>
        sample.ts > ts || (sample.ts === ts && sample.rid > rid);
      return rows.slice(-capacity).filter(isBehind).sort(byTime).slice(0, limit);
    },
    rollups({ granularity, by, ...query }) {
      const picked = chosen(rows.slice(-capacity), query);
      return toRollups(rollUp(picked, [granularity], startOf), by ?? "model");
    },
    windows({ since, step, lane }, nowSec) {
      const from = since ?? nowSec - WEEK_SEC;
      const stepSec = stepOf(step, from, nowSec);
      const kept = windows.filter((each) => each.ts > from && (lane === undefined || each.lane === lane));
      return { step_sec: stepSec, windows: toSeries(kept, stepSec, nowSec) };
    },
  };
}

function byTime({ sample: a }: HistorySample, { sample: b }: HistorySample): number {
  return a.ts - b.ts || (a.rid < b.rid ? -1 : 1);
}

function chosen(rows: readonly HistorySample[], { since, model }: SamplesQuery): HistorySample[] {
  return rows.filter(
    (row) => (since === undefined || row.sample.ts > since) && (model === undefined || row.model === model),
  );
}

/** Lists of samples by model, in the order they come. */
export function byModel(rows: Iterable<HistorySample>): Record<string, UsageSample[]> {
  const models: Record<string, UsageSample[]> = {};
  for (const { model, sample } of rows) {
    const list = Object.hasOwn(models, model) ? models[model] : undefined;
    if (list === undefined) models[model] = [sample];
    else list.push(sample);
  }
  return models;
}
