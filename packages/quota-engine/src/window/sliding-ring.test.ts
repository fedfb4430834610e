import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HOUR, MINUTE, T0 } from "../testing/build.ts";
import { SlidingRing } from "./sliding-ring.ts";

/** The plain log that the ring stands for: every row with its time. */
class EventLog {
  readonly events: { readonly atMs: number; readonly tokens: number }[] = [];

  sum(windowMs: number, nowMs: number): number {
    return this.events
      .filter((event) => event.atMs > nowMs - windowMs)
      .reduce((total, event) => total + event.tokens, 0);
  }
}

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 400_000 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 40_000_000 }) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("add" as const),
      tokens: fc.integer({ min: 0, max: 100_000 }),
      lateMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 20_000_000 })),
    }),
  },
);

describe("SlidingRing", () => {
  it.each([
    ["5 h in minutes", 18_000_000, 300],
    ["7 d in quarters of an hour", 604_800_000, 672],
    ["an odd length", 12_345_678, 300],
    ["a short one", 1000, 300],
  ])("%s: exact(window) ≤ sum ≤ exact(window + bucket)", (_name, windowMs, buckets) => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: windowMs }),
        fc.array(step, { maxLength: 60 }),
        (startMs, steps) => {
          const ring = new SlidingRing(windowMs, buckets, 1);
          const log = new EventLog();
          let nowMs = T0 + startMs;
          ring.advance(nowMs);
          for (const next of steps) {
            if (next.kind === "wait") nowMs += next.ms;
            ring.advance(nowMs);
            if (next.kind === "add") {
              const atMs = nowMs - next.lateMs;
              ring.add(atMs, [next.tokens]);
              log.events.push({ atMs, tokens: next.tokens });
            }
            const sum = ring.sums[0] ?? Number.NaN;
            // A bucket boundary that is no whole millisecond may round by less than one.
            const slack = Number.isInteger(ring.bucketMs) ? 0 : 1;
            expect(sum).toBeGreaterThanOrEqual(log.sum(windowMs - slack, nowMs));
            expect(sum).toBeLessThanOrEqual(log.sum(windowMs + ring.bucketMs + slack, nowMs));
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it("knows its oldest row and when it leaves", () => {
    const ring = new SlidingRing(5 * HOUR, 300, 1);
    ring.advance(T0 + 10 * MINUTE);
    expect(ring.oldestMs()).toBeNull();
    expect(ring.nextExitMs(T0)).toBeNull();
    ring.add(T0 + 10 * MINUTE, [5]);
    ring.add(T0 + 17_000, [7]);
    ring.add(T0 + 23_000, [7]);
    expect(ring.oldestMs()).toBe(T0 + 17_000);
    expect(ring.nextExitMs(T0 + 10 * MINUTE)).toBe(T0 + 17_000 + 5 * HOUR);
  });

  it("counts the partly expired bucket whole, and says when that one leaves", () => {
    const ring = new SlidingRing(5 * HOUR, 300, 1);
    ring.advance(T0);
    ring.add(T0, [5]);
    const justPast = T0 + 5 * HOUR + 1;
    ring.advance(justPast);
    expect(ring.sums[0]).toBe(5);
    expect(ring.nextExitMs(justPast)).toBe(T0 + 5 * HOUR + MINUTE);
    ring.advance(T0 + 5 * HOUR + MINUTE);
    expect(ring.sums[0]).toBe(0);
    expect(ring.oldestMs()).toBeNull();
  });

  it("stands still when time goes back, and counts what lies ahead as now", () => {
    const ring = new SlidingRing(5 * HOUR, 300, 1);
    ring.advance(T0);
    ring.advance(T0 - HOUR);
    ring.add(T0 + HOUR, [5]);
    expect(ring.sums[0]).toBe(5);
    ring.advance(T0 + 5 * HOUR + MINUTE);
    expect(ring.sums[0]).toBe(0);
  });

  it("holds nothing before it was given a time", () => {
    const ring = new SlidingRing(5 * HOUR, 300, 1);
    ring.add(T0, [5]);
    expect([ring.sums[0], ring.oldestMs()]).toEqual([0, null]);
  });

  it("drops a row from before the window", () => {
    const ring = new SlidingRing(5 * HOUR, 300, 1);
    ring.advance(T0);
    ring.add(T0 - 6 * HOUR, [5]);
    expect(ring.sums[0]).toBe(0);
  });

  it("holds more than 32 bits a bucket", () => {
    const ring = new SlidingRing(5 * HOUR, 300, 2);
    ring.advance(T0);
    ring.add(T0, [4_000_000_000, 1]);
    ring.add(T0, [4_000_000_000, 2]);
    expect([...ring.sums]).toEqual([8_000_000_000, 3]);
    ring.advance(T0 + 6 * HOUR);
    expect([...ring.sums]).toEqual([0, 0]);
  });

  it("forgets what ended before an instant and keeps the bucket that holds it", () => {
    const ring = new SlidingRing(5 * HOUR, 300, 1);
    ring.advance(T0 + 3 * MINUTE);
    for (const minute of [0, 1, 2, 3]) ring.add(T0 + minute * MINUTE, [10 ** minute]);
    const since = new Float64Array(1);
    ring.sumSince(T0 + 2 * MINUTE + 30_000, since);
    expect(since[0]).toBe(1100);
    ring.dropBefore(T0 + 2 * MINUTE + 30_000);
    expect(ring.sums[0]).toBe(1100);
    expect(ring.oldestMs()).toBe(T0 + 2 * MINUTE);
    ring.dropBefore(T0 + HOUR);
    expect(ring.sums[0]).toBe(0);
    ring.add(T0 + 3 * MINUTE, [4]);
    expect(ring.sums[0]).toBe(4);
  });

  it.each([
    [0, 300, 1],
    [Number.NaN, 300, 1],
    [1000, 0, 1],
    [1000, 300, 0],
  ])("refuses %d ms in %d buckets of %d columns", (windowMs, buckets, columns) => {
    expect(() => new SlidingRing(windowMs, buckets, columns)).toThrow(RangeError);
  });
});
