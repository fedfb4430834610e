import { describe, expect, it } from "vitest";
import { median, pairwise, percentile, seededRandom, shuffled } from "./stats.ts";

describe("percentile", () => {
  it.each([
    [[], 0.5, null],
    [[7], 0.99, 7],
    [[1, 2, 3, 4], 0.5, 2],
    [[1, 2, 3, 4], 0.51, 3],
    [[1, 2, 3, 4], 1, 4],
    [[1, 2, 3, 4], 0, 1],
  ])("%j at %d", (sorted, share, value) => expect(percentile(sorted, share)).toBe(value));
});

describe("median", () => {
  it.each([
    [[], null],
    [[null], null],
    [[5], 5],
    [[9, 1, 4], 4],
    [[9, 1, 4, 2], 3],
    [[10, null, 2], 6],
  ])("%j", (values, value) => expect(median(values)).toBe(value));
});

describe("pairwise", () => {
  it("compares only rounds in which both are known", () => {
    expect(pairwise([10, null, 30, 40], [5, 5, null, 20], "ratio")).toEqual([2, 2]);
    expect(pairwise([10, null, 30, 40], [5, 5, null, 20], "difference")).toEqual([5, 20]);
  });
  it("divides by no zero", () => expect(pairwise([1], [0], "ratio")).toEqual([]));
  it("ends with the shorter series", () => expect(pairwise([1, 2], [1], "ratio")).toEqual([1]));
});

describe("shuffled", () => {
  it("keeps every item and leaves its input alone", () => {
    const items = [1, 2, 3, 4, 5];
    expect(shuffled(items, seededRandom(3)).sort()).toEqual([1, 2, 3, 4, 5]);
    expect(items).toEqual([1, 2, 3, 4, 5]);
  });
  it("draws the same order for the same seed", () => {
    const draw = (seed: number) => shuffled(["a", "b", "c", "d"], seededRandom(seed)).join("");
    expect([1, 2, 3, 1].map(draw)).toEqual(["dbac", "bdac", "bdac", "dbac"]);
  });
  it("puts each item first about equally often", () => {
    const random = seededRandom(7);
    const firsts = { a: 0, b: 0 };
    for (let draw = 0; draw < 1000; draw += 1) firsts[shuffled(["a", "b"] as const, random)[0] ?? "a"] += 1;
    expect(Math.abs(firsts.a - firsts.b)).toBeLessThan(100);
  });
});
