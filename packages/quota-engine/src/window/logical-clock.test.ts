import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAY, HOUR, T0 } from "../testing/build.ts";
import { BACK_STEP_CLAMP_MS, LogicalClock } from "./logical-clock.ts";

describe("LogicalClock", () => {
  it("is wall time while that runs forwards", () => {
    const clock = new LogicalClock();
    expect([clock.read(T0), clock.read(T0 + 5), clock.read(T0 + 365 * DAY)]).toEqual([
      T0,
      T0 + 5,
      T0 + 365 * DAY,
    ]);
    expect(clock.offsetMs).toBe(0);
  });

  it("stands still over a small step back, then goes on as before", () => {
    const clock = new LogicalClock();
    clock.read(T0);
    expect(clock.read(T0 - BACK_STEP_CLAMP_MS)).toBe(T0);
    expect(clock.read(T0 - 1)).toBe(T0);
    expect(clock.read(T0 + 1)).toBe(T0 + 1);
    expect(clock.offsetMs).toBe(0);
    expect(clock.steppedMs).toBe(Number.NEGATIVE_INFINITY);
  });

  it("goes on from where it was after a larger step back", () => {
    const clock = new LogicalClock();
    clock.read(T0);
    expect(clock.read(T0 - 2 * HOUR)).toBe(T0);
    expect(clock.offsetMs).toBe(2 * HOUR);
    expect(clock.steppedMs).toBe(T0);
    expect(clock.read(T0 - 2 * HOUR + 1000)).toBe(T0 + 1000);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])("refuses %d", (nowMs) => {
    expect(() => new LogicalClock().read(nowMs)).toThrow(RangeError);
  });

  it("never runs backwards, whatever the wall clock does, and follows it again within the clamp", () => {
    const jumps = fc.array(fc.integer({ min: -400 * DAY, max: 400 * DAY }), { maxLength: 30 });
    fc.assert(
      fc.property(jumps, (deltas) => {
        const clock = new LogicalClock();
        let wallMs = T0;
        let last = clock.read(wallMs);
        for (const delta of deltas) {
          wallMs += delta;
          const now = clock.read(wallMs);
          expect(now).toBeGreaterThanOrEqual(last);
          last = now;
        }
        const later = clock.read(wallMs + HOUR);
        expect(later - last).toBeGreaterThanOrEqual(HOUR - BACK_STEP_CLAMP_MS);
        expect(later - last).toBeLessThanOrEqual(HOUR);
      }),
    );
  });
});
