import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { LifeTimer } from "./life-timer.ts";

let nowMs = 0;
let rung = 0;

beforeEach(() => {
  nowMs = 0;
  rung = 0;
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setImmediate", "clearImmediate"] });
  vi.spyOn(performance, "now").mockImplementation(() => nowMs);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

function start(limitMs: number): LifeTimer {
  return new LifeTimer(limitMs, () => {
    rung += 1;
  });
}

/** Time passes, and every timer rings when it is due. */
function pass(ms: number): void {
  for (let left = ms; left > 0; left -= 10) {
    nowMs += 10;
    vi.advanceTimersByTime(10);
  }
}

it("rings once, after the limit without life", () => {
  start(1_000);
  pass(990);
  expect(rung).toBe(0);
  pass(5_000);
  expect(rung).toBe(1);
});

it("counts from the last sign of life, and not while it is on hold", () => {
  const timer = start(1_000);
  pass(900);
  timer.life();
  pass(900);
  expect(rung).toBe(0);
  timer.hold();
  pass(10_000);
  timer.release();
  pass(80);
  expect(rung).toBe(0);
  pass(40);
  expect(rung).toBe(1);
});

it("is silent once stopped", () => {
  const timer = start(1_000);
  timer.stop();
  pass(5_000);
  expect(rung).toBe(0);
});

it("hears what is read in the same turn in which it is due", () => {
  const timer = start(1_000);
  nowMs = 1_000;
  vi.advanceTimersByTime(999);
  // Due, and judged only after the turn in which sockets are read.
  setTimeout(() => timer.life(), 1);
  vi.advanceTimersByTime(1);
  vi.runOnlyPendingTimers();
  expect(rung).toBe(0);
});

it("waits for what was on its way while the process stood still, and rings where nothing was", () => {
  start(60_000);
  nowMs = 3_600_000;
  vi.advanceTimersByTime(60_000);
  pass(4_900);
  expect(rung).toBe(0);
  pass(200);
  expect(rung).toBe(1);
});

it("is put off by pings, never beyond the most, and never rings earlier for them", () => {
  const ring = (): void => {
    rung += 1;
  };
  const timer = new LifeTimer(1_000, ring, 3_000);
  new LifeTimer(1_000, ring, 500).ping();
  for (let at = 0; at < 2_900; at += 100) {
    pass(100);
    timer.ping();
  }
  expect(rung).toBe(1);
  timer.life();
  for (let at = 0; at < 2_900; at += 100) {
    pass(100);
    timer.ping();
  }
  expect(rung).toBe(1);
  pass(110);
  expect(rung).toBe(2);
});
