import { describe, expect, it } from "vitest";
import { ascending, percentile } from "./percentile.ts";

describe("percentile", () => {
  it.each([
    [[120, 180, 240], 0.5, 180],
    [[120, 180, 240], 0.95, 234],
    [[5], 0.99, 5],
    [[1, 2, 3, 4], 0.5, 2.5],
    [[1, 2, 3, 4], 0.75, 3.25],
    [[1, 2], 0, 1],
    [[1, 2], 1, 2],
  ])("of %j at %d is %d", (values, share, expected) => {
    expect(percentile(ascending(values), share)).toBeCloseTo(expected, 12);
  });

  it("of nothing is unknown", () => expect(percentile([], 0.5)).toBeNull());
});

it("ascending orders numbers, not their spelling", () => {
  expect([...ascending([10, 9, -1])]).toEqual([-1, 9, 10]);
});
