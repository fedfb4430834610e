import type { WindowSeries } from "@ccp/usage-contract";

/** How full one window was at one moment. */
export interface WindowSample {
  /** Epoch seconds. */
  readonly ts: number;
  readonly lane: string;
  /** `null`: a window of the whole lane. */
  readonly model: string | null;
  readonly window: string;
  readonly source: string;
  /** 0..1 and beyond; `null` where it is not known. */
  readonly used: number | null;
  /** A reset that the lane declared; `null` without one. */
  readonly reset: number | null;
}

/** The most steps of a series where nobody asked for a length. */
const MAX_STEPS = 700;
const MINUTE_SEC = 60;

/** A step in whole minutes that gives at most 700 of them. */
export function stepOf(asked: number | undefined, sinceSec: number, nowSec: number): number {
  if (asked !== undefined) return asked;
  return Math.max(1, Math.ceil((nowSec - sinceSec) / MAX_STEPS / MINUTE_SEC)) * MINUTE_SEC;
}

/** Draws the samples of each window together into steps: the highest of each, `null` where none was known. */
export function toSeries(samples: Iterable<WindowSample>, stepSec: number, nowSec: number): WindowSeries[] {
  const found = new Map<
    string,
    { series: WindowSeries; steps: Map<number, number | null>; resets: Set<number> }
  >();
  for (const { ts, lane, model, window, source, used, reset } of samples) {
    const key = JSON.stringify([lane, model, window]);
    let entry = found.get(key);
    if (entry === undefined) {
      const series: WindowSeries = { lane, model, window, source, ts: [], used_pct: [], resets: [] };
      entry = { series, steps: new Map(), resets: new Set() };
      found.set(key, entry);
    }
    entry.series.source = source;
    const step = Math.floor(ts / stepSec) * stepSec;
    const before = entry.steps.get(step) ?? null;
    entry.steps.set(step, used === null ? before : Math.max(used, before ?? used));
    if (reset !== null && reset <= nowSec) entry.resets.add(reset);
  }
  return [...found]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { series, steps, resets }]) => {
      const sorted = [...steps].sort(([a], [b]) => a - b);
      return {
        ...series,
        ts: sorted.map(([step]) => step),
        used_pct: sorted.map(([, used]) => used),
        resets: [...resets].sort((a, b) => a - b),
      };
    });
}
