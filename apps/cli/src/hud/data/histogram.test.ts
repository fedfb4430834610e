import { describe, expect, it } from "vitest";
import { type Histogram, quantile, readHistograms } from "./histogram.ts";
import { parseMetrics } from "./parse-metrics.ts";

const read = (text: string): Histogram[] => readHistograms(parseMetrics(text), "ms");

describe("readHistograms", () => {
  it("takes cumulative counts apart and adds up what differs in other labels", () => {
    const text = `
ms_bucket{le="100",lane="zai",op="stream"} 2
ms_bucket{le="+Inf",lane="zai",op="stream"} 9
ms_bucket{le="1000",lane="zai",op="stream"} 7
ms_bucket{le="100",lane="zai",op="nonstream"} 1
ms_bucket{le="1000",lane="zai",op="nonstream"} 1
ms_bucket{le="+Inf",lane="zai",op="nonstream"} 4
ms_sum{lane="zai",op="stream"} 900
ms_count{lane="zai",op="stream"} 9
other_bucket{le="100",lane="zai"} 50
ms_bucket{le="100",lane="idle"} 0
ms_bucket{le="+Inf",lane="idle"} 0`;
    expect(read(text)).toEqual([
      { lane: "zai", bounds: [100, 1000, Number.POSITIVE_INFINITY], counts: [3, 5, 5], total: 13 },
    ]);
  });

  it("never counts below zero, and leaves out bounds that are none", () => {
    const text = `
ms_bucket{le="1",lane="a"} 5
ms_bucket{le="2",lane="a"} 3
ms_bucket{le="x",lane="a"} 9
ms_bucket{le="4",lane="a"} NaN
ms_bucket{le="3",lane="a"} 6`;
    expect(read(text)).toEqual([{ lane: "a", bounds: [1, 2, 3], counts: [5, 0, 1], total: 6 }]);
  });
});

describe("quantile", () => {
  const bounds = [100, 200, 400, Number.POSITIVE_INFINITY];
  const histogram = (...counts: number[]): Histogram => {
    return { lane: "a", bounds, counts, total: counts.reduce((sum, count) => sum + count, 0) };
  };

  it.each([
    [histogram(10, 0, 0, 0), 0.5, { bound: 100, beyond: false }],
    [histogram(10, 10, 0, 0), 0.5, { bound: 100, beyond: false }],
    [histogram(10, 10, 0, 0), 0.75, { bound: 200, beyond: false }],
    [histogram(0, 0, 4, 0), 0.5, { bound: 400, beyond: false }],
    [histogram(0, 0, 4, 0), 1, { bound: 400, beyond: false }],
    [histogram(1, 0, 0, 9), 0.95, { bound: 400, beyond: true }],
    [histogram(0, 0, 0, 0), 0.5, null],
  ])("%j at %d", (given, share, expected) => {
    expect(quantile(given, share)).toEqual(expected);
  });
});
