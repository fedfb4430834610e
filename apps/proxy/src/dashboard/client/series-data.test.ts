import type { LaneSeries, SeriesView } from "@ccp/usage-contract";
import { describe, expect, it } from "vitest";
import {
  latest,
  limitMarks,
  lonelySteps,
  peak,
  requestCount,
  resetMarks,
  stepTimes,
  timeLines,
  tokenStack,
  tops,
  usedLines,
} from "./series-data.ts";

const empty: LaneSeries = {
  used: {},
  resets: {},
  limits: [],
  requests: [0, 0, 0],
  input_tokens: [0, 0, 0],
  output_tokens: [0, 0, 0],
  cache_creation_tokens: [0, 0, 0],
  cache_read_tokens: [0, 0, 0],
  classes: {},
  ttft_ms: { p50: [null, null, null], p95: [null, null, null] },
  latency_ms: { p50: [null, null, null], p95: [null, null, null] },
};
const view = (lanes: Record<string, Partial<LaneSeries>>): SeriesView => ({
  ts: 1_750,
  range: "5h",
  start_ts: 1_000,
  step_sec: 300,
  steps: 3,
  lanes: Object.fromEntries(Object.entries(lanes).map(([lane, series]) => [lane, { ...empty, ...series }])),
});

describe("series", () => {
  it("stand in the middle of their steps", () => {
    expect(stepTimes(view({}))).toEqual([1_150, 1_450, 1_750]);
  });

  it("leave out windows that were never known", () => {
    const zai = { used: { "5h": [null, 0.5, null], "7d": [null, null, null] } };
    expect(usedLines(view({ zai }))).toEqual([{ lane: "zai", name: "5h", values: [null, 0.5, null] }]);
  });

  it("put a refusal at the share its lane had, a reset where it was, and nothing outside", () => {
    const zai = {
      used: { "5h": [0.2, 0.97, null], "7d": [0.1, 0.3, null] },
      limits: [900, 1_310, 1_700],
      resets: { "5h": [999, 1_600] },
    };
    expect(limitMarks(view({ zai }))).toEqual([
      { lane: "zai", ts: 1_310, share: 0.97 },
      { lane: "zai", ts: 1_700, share: 1 },
    ]);
    expect(resetMarks(view({ zai }))).toEqual([{ lane: "zai", window: "5h", ts: 1_600 }]);
  });

  it("know the lanes that served anything", () => {
    const zai = { ttft_ms: { p50: [null, 90, null], p95: [null, 300, null] } };
    expect(timeLines(view({ zai, anthropic: {} }), "ttft_ms").map(({ lane }) => lane)).toEqual(["zai"]);
  });
});

describe("tokenStack", () => {
  const zai = {
    output_tokens: [300, 0, 150],
    cache_read_tokens: [600, 0, 0],
    classes: { main: [900, 0, 0], background: [0, 0, 150] },
  };

  it("counts by the minute; the running step by the minutes that have passed", () => {
    expect(tokenStack(view({ zai }), "kind")).toEqual([
      { lane: "zai", name: "output", values: [60, 0, 60] },
      { lane: "zai", name: "cache read", values: [120, 0, 0] },
    ]);
    expect(tokenStack(view({ zai }), "class").map(({ name, values }) => [name, values])).toEqual([
      ["main", [180, 0, 0]],
      ["background", [0, 0, 60]],
    ]);
  });

  it("sums up from the bottom", () => {
    expect(tops(tokenStack(view({ zai }), "kind"))).toEqual([
      [60, 0, 60],
      [180, 0, 60],
    ]);
  });
});

it("finds the newest and the highest value, and those that stand alone", () => {
  expect(latest([1, 5, null])).toBe(5);
  expect(latest([null])).toBeNull();
  expect(peak([1, null, 5, 5])).toEqual({ step: 2, value: 5 });
  expect(peak([null])).toBeNull();
  expect(lonelySteps([1, null, 2, 3, null, 4])).toEqual([0, 5]);
  expect(requestCount(view({ a: { requests: [1, 2, 3] }, b: { requests: [0, 0, 4] } }))).toBe(10);
});
