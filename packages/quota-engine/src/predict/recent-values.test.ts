import fc from "fast-check";
import { expect, it } from "vitest";
import { ascending, percentile } from "../calibration/percentile.ts";
import { RecentValues } from "./recent-values.ts";

it("gives the percentile of the last values, however they come", () => {
  const value = fc.oneof(fc.nat({ max: 9 }), fc.double({ noNaN: true, min: -1e9, max: 1e9 }));
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), fc.array(value, { maxLength: 40 }), (size, values) => {
      const recent = new RecentValues(size);
      values.forEach((each, at) => {
        recent.add(each);
        const last = values.slice(0, at + 1).slice(-size);
        expect(recent.toJSON()).toEqual(last);
        expect(recent.percentile(0.75)).toBe(percentile(ascending(last), 0.75));
      });
    }),
  );
});

it("goes on from what was saved, and forgets what it had", () => {
  const recent = new RecentValues(3);
  for (const value of [9, 1, 5, 7]) recent.add(value);
  const other = new RecentValues(3);
  other.add(100);
  other.restore(recent.toJSON());
  expect(other.toJSON()).toEqual([1, 5, 7]);
  other.add(2);
  expect([other.toJSON(), other.percentile(0), other.percentile(1)]).toEqual([[5, 7, 2], 2, 7]);
  other.restore([4, 3, 2, 1]);
  expect([other.toJSON(), other.percentile(0.5)]).toEqual([[3, 2, 1], 2]);
});

it("is empty at first and has room", () => {
  expect(new RecentValues(1).percentile(0.5)).toBeNull();
  expect(() => new RecentValues(0)).toThrow(RangeError);
});
