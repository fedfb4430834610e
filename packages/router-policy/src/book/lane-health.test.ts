import { describe, expect, it } from "vitest";
import { createLaneBook, type LaneBook } from "./lane-book.ts";

const T = 1_800_000_000_000;
const left = (book: LaneBook, nowMs: number): number | null => {
  const until = book.pausedUntil("zai", nowMs);
  return until === null ? null : until - nowMs;
};
const fail = (book: LaneBook, times: number, nowMs: number, jitter = 0): void => {
  for (let i = 0; i < times; i += 1) book.recordFailure("zai", nowMs, jitter);
};

describe("pauses", () => {
  it.each([
    ["overload", [10, 20, 40, 60, 60]],
    ["throttle", [1, 2, 4, 8, 16, 30, 30]],
  ] as const)("%s grows each time it had to be repeated", (kind, seconds) => {
    const book = createLaneBook();
    let nowMs = T;
    for (const length of seconds) {
      book.pause("zai", kind, null, nowMs);
      expect(left(book, nowMs)).toBe(length * 1000);
      nowMs += length * 1000;
      expect(left(book, nowMs)).toBe(null);
    }
  });

  it.each([
    ["overload", 3000, 10_000],
    ["overload", 25_000, 25_000],
    ["overload", 9_999_999, 60_000],
    ["throttle", 0, 1000],
    ["throttle", 14_000, 14_000],
    ["throttle", 124_633_000, 30_000],
    ["throttle", Number.NaN, 1000],
  ] as const)("%s: asked for %d ms, waits %d", (kind, askedMs, length) => {
    const book = createLaneBook();
    book.pause("zai", kind, T + askedMs, T);
    expect(left(book, T)).toBe(length);
  });

  it("counts a herd as one reason, but hears the longest that was asked for", () => {
    const book = createLaneBook();
    for (let i = 0; i < 50; i += 1) book.pause("zai", "overload", null, T + i);
    expect(left(book, T + 50)).toBe(9950);
    book.pause("zai", "overload", T + 30_000, T + 50);
    expect(left(book, T + 50)).toBe(29_950);
  });

  it("starts again at its shortest after a success, or half an hour", () => {
    const book = createLaneBook();
    book.pause("zai", "overload", null, T);
    book.recordSuccess("zai");
    expect(left(book, T)).toBe(10_000);
    book.pause("zai", "overload", null, T + 10_000);
    expect(left(book, T + 10_000)).toBe(10_000);
    book.pause("zai", "overload", null, T + 20_000 + 1_800_001);
    expect(left(book, T + 20_000 + 1_800_001)).toBe(10_000);
  });

  it("are the lane's own, and the latest end holds", () => {
    const book = createLaneBook();
    book.pause("zai", "throttle", T + 30_000, T);
    book.pause("zai", "overload", null, T);
    expect(left(book, T)).toBe(30_000);
    expect(book.pausedUntil("kimi", T)).toBe(null);
  });
});

describe("the breaker", () => {
  it("opens after five failures in a row", () => {
    const book = createLaneBook();
    fail(book, 4, T);
    book.recordSuccess("zai");
    fail(book, 4, T);
    expect(left(book, T)).toBe(null);
    fail(book, 1, T);
    expect(left(book, T)).toBe(10_000);
    fail(book, 50, T + 1);
    expect(left(book, T)).toBe(10_000);
  });

  it("opens for twice as long at each failure after its time, to half an hour", () => {
    const book = createLaneBook();
    fail(book, 5, T);
    const lengths: (number | null)[] = [];
    let nowMs = T;
    for (let i = 0; i < 10; i += 1) {
      nowMs = book.pausedUntil("zai", nowMs) ?? nowMs;
      fail(book, 1, nowMs);
      lengths.push(left(book, nowMs));
    }
    const seconds = [20, 40, 80, 160, 320, 640, 1280, 1800, 1800, 1800];
    expect(lengths).toEqual(seconds.map((length) => length * 1000));
    book.recordSuccess("zai");
    expect(left(book, nowMs)).toBe(null);
    fail(book, 4, nowMs);
    expect(left(book, nowMs)).toBe(null);
  });

  it.each([
    [-1, 9000],
    [0.5, 10_500],
    [1, 11_000],
    [7, 11_000],
    [Number.NaN, 10_000],
  ])("moves its end by the caller's jitter: %d", (jitter, length) => {
    const book = createLaneBook();
    fail(book, 5, T, jitter);
    expect(left(book, T)).toBe(length);
  });

  it("lets one request through after its time", () => {
    const book = createLaneBook();
    fail(book, 5, T);
    const after = T + 10_000;
    expect(book.takeProbe("zai", "glm-5", "early", after - 1)).toBe(false);
    expect(left(book, after)).toBe(null);
    expect(book.takeProbe("zai", "glm-5", "a", after)).toBe(true);
    expect(book.takeProbe("zai", "glm-4.7", "b", after)).toBe(false);
    expect(left(book, after)).toBe(120_000);
    book.endProbe("a", true, after);
    expect(left(book, after)).toBe(null);
    expect(book.takeProbe("zai", "glm-5", "c", after)).toBe(false);
  });

  it("waits again after a probe that fails, and for another after one that says nothing", () => {
    const book = createLaneBook();
    fail(book, 5, T);
    const after = T + 10_000;
    book.takeProbe("zai", "glm-5", "a", after);
    book.recordFailure("zai", after);
    expect(left(book, after)).toBe(20_000);
    // The failure has told the end of the first probe.
    expect(book.takeProbe("zai", "glm-5", "b", after + 20_000)).toBe(true);
    book.endProbe("b", false, after + 20_000);
    expect(left(book, after + 20_000)).toBe(null);
    expect(book.takeProbe("zai", "glm-5", "c", after + 20_000)).toBe(true);
    expect(left(book, after + 20_000 + 120_000)).toBe(null);
  });
});
