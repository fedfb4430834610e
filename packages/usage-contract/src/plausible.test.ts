import { expect, it } from "vitest";
import { epochMs, isUsedRatio } from "./plausible.ts";

it.each([0, 0.5, 1, 1.04, 2])("takes %d for a used share", (value) => expect(isUsedRatio(value)).toBe(true));

it.each([
  -0.01,
  2.01,
  42,
  17_961_006.89,
  1e300,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  "0.5",
  null,
  undefined,
  [0.5],
])("does not take %s for one", (value) => expect(isUsedRatio(value)).toBe(false));

it.each<[what: string, value: number, ms: number | null]>([
  ["seconds", 1_796_100_689, 1_796_100_689_000],
  ["seconds with a fraction", 1_796_100_689.5, 1_796_100_689_500],
  ["milliseconds", 1_796_100_689_000, 1_796_100_689_000],
  ["microseconds", 1_796_100_689_000_000, 1_796_100_689_000],
  ["0", 0, null],
  ["a negative time", -5, null],
  ["1e300", 1e300, null],
  ["NaN", Number.NaN, null],
  ["Infinity", Number.POSITIVE_INFINITY, null],
])("reads an epoch time in %s", (_what, value, ms) => expect(epochMs(value)).toBe(ms));
