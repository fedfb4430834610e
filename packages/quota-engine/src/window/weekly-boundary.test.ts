import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { weeklyBoundary } from "./weekly-boundary.ts";

const WEEK = 604_800_000;

describe("weeklyBoundary", () => {
  it.each([
    ["2026-01-07T12:00:00Z", "2026-01-05T09:00:00Z"],
    ["2026-01-05T09:00:00Z", "2026-01-05T09:00:00Z"],
    ["2026-01-05T08:59:59Z", "2025-12-29T09:00:00Z"],
    // Over the end of February in a leap year, and over a change to summer time: UTC knows neither.
    ["2028-03-01T00:00:00Z", "2028-02-28T09:00:00Z"],
    ["2026-03-30T08:00:00Z", "2026-03-23T09:00:00Z"],
  ])("at %s the week began %s", (now, began) => {
    const boundary = weeklyBoundary(Date.parse(now), { weekday: 1, hour: 9, minute: 0 }, WEEK);
    expect(new Date(boundary).toISOString()).toBe(new Date(began).toISOString());
  });

  it("is at most a week back and falls on the anchor", () => {
    const anchor = fc.record({
      weekday: fc.integer({ min: 0, max: 6 }),
      hour: fc.integer({ min: 0, max: 23 }),
      minute: fc.integer({ min: 0, max: 59 }),
    });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_102_444_800_000 }), anchor, (nowMs, at) => {
        const boundary = new Date(weeklyBoundary(nowMs, at, WEEK));
        expect(nowMs - boundary.getTime()).toBeGreaterThanOrEqual(0);
        expect(nowMs - boundary.getTime()).toBeLessThan(WEEK);
        expect([boundary.getUTCDay(), boundary.getUTCHours(), boundary.getUTCMinutes()]).toEqual([
          at.weekday,
          at.hour,
          at.minute,
        ]);
      }),
    );
  });
});
