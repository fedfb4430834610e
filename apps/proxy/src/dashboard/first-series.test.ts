import type { LaneSeries, SeriesRange, SeriesView } from "@ccp/usage-contract";
import { expect, it } from "vitest";
import { firstSeries } from "./first-series.ts";

/** A day of one-hour steps, of which the last is still running. */
const STEPS = 24;
const blank = <T>(value: T): T[] => Array.from({ length: STEPS }, () => value);

function begins(requestsAt: readonly number[], usedAt: readonly number[]): SeriesRange {
  const zai = {
    requests: blank(0).map((_, step) => (requestsAt.includes(step) ? 1 : 0)),
    used: { "5h": blank<number | null>(null).map((_, step) => (usedAt.includes(step) ? 0 : null)) },
  } as Partial<LaneSeries> as LaneSeries;
  const viewOf = (range: SeriesRange): SeriesView => ({
    ts: STEPS * 3600,
    range,
    start_ts: 0,
    step_sec: 3600,
    steps: STEPS,
    lanes: { zai },
  });
  return firstSeries(viewOf).range;
}

it.each([
  ["nothing at all", [], [], "5h"],
  ["requests of the last six hours", [18, 23], [18, 23], "5h"],
  ["a request before them", [17, 23], [], "24h"],
  ["a share before them, though 0", [23], [17], "24h"],
])("begins, with %s, with %j %j: %s", (_, requestsAt, usedAt, range) => {
  expect(begins(requestsAt, usedAt)).toBe(range);
});
