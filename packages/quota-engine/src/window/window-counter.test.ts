import { DEFAULT_WEIGHTS, type WeeklyAnchor } from "@ccp/usage-contract/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAY, HOUR, MINUTE, T0 } from "../testing/build.ts";
import { COLUMNS, INPUT } from "./columns.ts";
import { LogicalClock } from "./logical-clock.ts";
import { WindowCounter, type WindowKind } from "./window-counter.ts";

function build(kind: WindowKind, lengthMs = 5 * HOUR, anchor: WeeklyAnchor | null = null): WindowCounter {
  return new WindowCounter({ lengthMs, buckets: 300, kind, anchor }, new LogicalClock());
}

function add(counter: WindowCounter, tokens: number, nowMs: number, atMs: number = nowMs): void {
  const row = new Float64Array(COLUMNS);
  row[INPUT] = tokens;
  counter.advance(nowMs);
  counter.add(atMs, row);
  counter.advance(nowMs);
}

function used(counter: WindowCounter, nowMs: number): number {
  counter.advance(nowMs);
  return counter.usedTokens(DEFAULT_WEIGHTS);
}

describe("a sliding window", () => {
  it("resets when its oldest row leaves", () => {
    const counter = build("sliding");
    expect(counter.resetMs(T0)).toBeNull();
    add(counter, 100, T0 + 7000);
    add(counter, 100, T0 + HOUR);
    expect(counter.resetMs(T0 + HOUR)).toBe(T0 + 7000 + 5 * HOUR);
    expect(used(counter, T0 + 5 * HOUR + 2 * MINUTE)).toBe(100);
  });
});

describe("an anchored window", () => {
  it("starts with the first row, lasts its length, then is 0 at once", () => {
    const counter = build("anchored");
    expect(counter.resetMs(T0)).toBeNull();
    add(counter, 100, T0 + 7000);
    add(counter, 50, T0 + 4 * HOUR);
    expect(counter.resetMs(T0 + 4 * HOUR)).toBe(T0 + 7000 + 5 * HOUR);
    expect(used(counter, T0 + 7000 + 5 * HOUR - 1)).toBe(150);
    expect(used(counter, T0 + 7000 + 5 * HOUR)).toBe(0);
    expect(counter.resetMs(T0 + 6 * HOUR)).toBeNull();
    add(counter, 30, T0 + 6 * HOUR);
    expect(used(counter, T0 + 6 * HOUR)).toBe(30);
    expect(counter.resetMs(T0 + 6 * HOUR)).toBe(T0 + 11 * HOUR);
  });

  it("equals a plain log, also when an old log is replayed at one instant", () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 4 * HOUR }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(gaps, fc.boolean(), (waits, replayed) => {
        const times: number[] = [];
        for (const wait of waits) times.push((times.at(-1) ?? T0) + wait);
        const endMs = times.at(-1) ?? T0;
        const counter = build("anchored");
        times.forEach((atMs, index) => {
          add(counter, index + 1, replayed ? endMs : atMs, atMs);
        });
        let startMs = Number.NEGATIVE_INFINITY;
        let expected = 0;
        times.forEach((atMs, index) => {
          if (atMs >= startMs + 5 * HOUR) {
            startMs = atMs;
            expected = 0;
          }
          expected += index + 1;
        });
        expect(used(counter, endMs)).toBe(expected);
        expect(counter.resetMs(endMs)).toBe(startMs + 5 * HOUR);
      }),
    );
  });

  it("leaves out a late row of the window before", () => {
    const counter = build("anchored");
    add(counter, 100, T0);
    add(counter, 10, T0 + 5 * HOUR);
    add(counter, 7, T0 + 5 * HOUR + 1000, T0 + 4 * HOUR);
    expect(used(counter, T0 + 5 * HOUR + 1000)).toBe(10);
  });
});

describe("a fixed window", () => {
  const monday9: WeeklyAnchor = { weekday: 1, hour: 9, minute: 0 };

  it("resets at its weekday and time", () => {
    const counter = build("fixed", 7 * DAY, monday9);
    add(counter, 100, T0); // Monday 08:00
    expect(counter.resetMs(T0)).toBe(T0 + HOUR);
    expect(used(counter, T0 + HOUR - 1)).toBe(100);
    expect(used(counter, T0 + HOUR)).toBe(0);
    add(counter, 30, T0 + 2 * DAY);
    expect(counter.resetMs(T0 + 2 * DAY)).toBe(T0 + HOUR + 7 * DAY);
    expect(used(counter, T0 + 30 * DAY)).toBe(0);
    expect(counter.resetMs(T0 + 30 * DAY)).toBe(T0 + HOUR + 35 * DAY);
  });

  it("without an anchor starts with the first row and goes on without a pause", () => {
    const counter = build("fixed", 7 * DAY);
    expect(counter.resetMs(T0)).toBeNull();
    add(counter, 100, T0);
    expect(counter.resetMs(T0)).toBe(T0 + 7 * DAY);
    expect(used(counter, T0 + 8 * DAY)).toBe(0);
    expect(counter.resetMs(T0 + 8 * DAY)).toBe(T0 + 14 * DAY);
  });

  it("follows a declared reset from then on", () => {
    const counter = build("fixed", 7 * DAY, monday9);
    add(counter, 100, T0 + 2 * HOUR);
    expect(counter.declare(T0 + 3 * DAY, T0 + 2 * HOUR)).toBe(true);
    expect(used(counter, T0 + 3 * DAY - 1)).toBe(100);
    expect(used(counter, T0 + 3 * DAY)).toBe(0);
    expect(counter.resetMs(T0 + 3 * DAY)).toBe(T0 + 10 * DAY);
  });

  it("keeps its wall time when the clock is set back", () => {
    const clock = new LogicalClock();
    const counter = new WindowCounter(
      { lengthMs: 7 * DAY, buckets: 672, kind: "fixed", anchor: monday9 },
      clock,
    );
    add(counter, 100, clock.read(T0));
    clock.read(T0 - 2 * HOUR);
    counter.shift(2 * HOUR);
    // 06:00 by the corrected clock: three hours to go.
    expect((counter.resetMs(clock.read(T0 - 2 * HOUR)) ?? 0) - clock.offsetMs).toBe(T0 + HOUR);
    expect(used(counter, clock.read(T0 + HOUR - 1))).toBe(100);
    expect(used(counter, clock.read(T0 + HOUR))).toBe(0);
  });
});

describe("a declared reset", () => {
  it("beats the calculated one, for every kind", () => {
    for (const kind of ["sliding", "anchored", "fixed"] as const) {
      const counter = build(kind);
      add(counter, 40, T0);
      add(counter, 100, T0 + 2 * HOUR);
      // The window began at T0 + 1 h: what came before is not in it.
      expect(counter.declare(T0 + 6 * HOUR, T0 + 2 * HOUR)).toBe(true);
      expect(used(counter, T0 + 2 * HOUR)).toBe(100);
      expect(counter.resetMs(T0 + 2 * HOUR)).toBe(T0 + 6 * HOUR);
      expect(used(counter, T0 + 6 * HOUR - 1)).toBe(100);
      expect(used(counter, T0 + 6 * HOUR)).toBe(0);
    }
  });

  it("that jitters is the same window; one that moves by a minute is another", () => {
    const counter = build("sliding");
    add(counter, 100, T0);
    counter.declare(T0 + 4 * HOUR, T0);
    expect(counter.declare(T0 + 4 * HOUR + 59_999, T0)).toBe(false);
    expect(counter.declare(T0 + 4 * HOUR - 1879, T0)).toBe(false);
    expect(counter.resetMs(T0)).toBe(T0 + 4 * HOUR);
    expect(counter.declare(T0 + 4 * HOUR + MINUTE, T0)).toBe(true);
    expect(counter.resetMs(T0)).toBe(T0 + 4 * HOUR + MINUTE);
  });

  it("that has passed, or lies further off than the window is long, is not believed", () => {
    const counter = build("anchored");
    add(counter, 100, T0);
    expect(counter.declare(T0, T0)).toBe(false);
    expect(counter.declare(T0 + 206 * HOUR, T0)).toBe(false);
    expect(counter.declare(Number.NaN, T0)).toBe(false);
    expect(counter.declared).toBe(false);
  });

  it("is followed by the window's own kind", () => {
    const sliding = build("sliding");
    const anchored = build("anchored");
    for (const counter of [sliding, anchored]) {
      add(counter, 100, T0);
      counter.declare(T0 + HOUR, T0);
      add(counter, 20, T0 + 2 * HOUR);
      expect(used(counter, T0 + 2 * HOUR)).toBe(20);
      expect(counter.resetMs(T0 + 2 * HOUR)).toBe(T0 + 7 * HOUR);
    }
  });

  it("can be taken back; counts stay", () => {
    const counter = build("sliding");
    add(counter, 100, T0);
    counter.declare(T0 + HOUR, T0);
    counter.undeclare(T0);
    expect(counter.declared).toBe(false);
    expect(used(counter, T0 + 2 * HOUR)).toBe(100);
  });

  it("does not hide what our own arithmetic says", () => {
    const counter = build("anchored");
    add(counter, 100, T0);
    counter.declare(T0 + 4 * HOUR, T0);
    expect(counter.calculatedResetMs(T0)).toBe(T0 + 5 * HOUR);
  });
});

describe("setKind", () => {
  it("keeps counts, rebuilt from the buckets", () => {
    const counter = build("sliding");
    add(counter, 100, T0 + 7000);
    add(counter, 50, T0 + HOUR);
    counter.setKind("anchored", null, T0 + HOUR);
    expect(used(counter, T0 + HOUR)).toBe(150);
    expect(counter.resetMs(T0 + HOUR)).toBe(T0 + 7000 + 5 * HOUR);
    counter.setKind("sliding", null, T0 + HOUR);
    expect(used(counter, T0 + HOUR)).toBe(150);
  });

  it("opens a fixed window on what its span already holds", () => {
    const counter = build("sliding", 7 * DAY);
    add(counter, 100, T0 - 3 * DAY);
    add(counter, 50, T0 + 2 * HOUR);
    counter.setKind("fixed", { weekday: 1, hour: 9, minute: 0 }, T0 + 2 * HOUR);
    expect(used(counter, T0 + 2 * HOUR)).toBe(50);
  });
});
