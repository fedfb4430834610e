import { describe, expect, it } from "vitest";
import { addLatency, type LatencySketch, latencyQuantile, mergeLatencies } from "./latency-sketch.ts";

function sketchOf(values: readonly number[]): LatencySketch {
  const sketch: LatencySketch = new Map();
  for (const value of values) addLatency(sketch, value);
  return sketch;
}

describe("latencyQuantile", () => {
  it("knows nothing of nothing", () => {
    expect(latencyQuantile(new Map(), 0.5)).toBeNull();
  });

  it.each([0.5, 0.95, 0])("is off by 2.5 percent at most at %j", (share) => {
    const values = Array.from({ length: 1_000 }, (_, at) => 20 + at * 37);
    const exact = values[Math.floor(share * 999)] ?? 0;
    const found = latencyQuantile(sketchOf(values), share) ?? 0;
    expect(Math.abs(found / exact - 1) <= 0.026).toBe(true);
  });

  it("is the same of parts that are merged", () => {
    const whole = sketchOf([5, 80, 900, 3_000]);
    const merged = sketchOf([5, 900]);
    mergeLatencies(merged, sketchOf([80, 3_000]));
    expect(merged).toEqual(whole);
    expect(latencyQuantile(sketchOf([0, 0.2]), 0.5)).toBe(1);
  });
});
