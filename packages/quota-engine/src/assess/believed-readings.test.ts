import { describe, expect, it } from "vitest";
import { buildEngine, buildReading, DAY, HOUR, MINUTE, T0 } from "../testing/build.ts";
import type { QuotaEngine } from "../types.ts";

const ask = { lane: "anthropic", model: "claude-opus-4.5", predicted: 0, nowMs: T0 };
const at = T0 + 2 * HOUR;

function usedAt(engine: QuotaEngine, nowMs = T0): number | null | undefined {
  return engine.laneWindows("anthropic", nowMs)[0]?.used_pct;
}

describe("a number from outside that cannot be", () => {
  it.each([
    ["a time (anthropics/claude-code#52326)", at / 1000 / 100],
    ["a time in ms", at / 100],
    ["a percentage for a ratio", 87],
    ["1e300", 1e300],
  ])("blocks nothing and undoes nothing: %s", (_what, usedRatio) => {
    for (const source of ["header", "endpoint", "statusline"] as const) {
      const engine = buildEngine();
      engine.observeWindows("anthropic", null, [buildReading({ source, usedRatio, resetAtMs: at })], T0);
      expect([engine.assess(ask).blocked, usedAt(engine)]).toEqual([false, null]);
      const good = buildReading({ usedRatio: 0.3, resetAtMs: at });
      engine.observeWindows("anthropic", null, [good], T0);
      engine.observeWindows("anthropic", null, [buildReading({ usedRatio, resetAtMs: at })], T0);
      expect(usedAt(engine)).toBe(0.3);
    }
  });

  it("is believed a little above full (anthropics/claude-code#60263: 104 % is real)", () => {
    const engine = buildEngine();
    engine.observeWindows("anthropic", null, [buildReading({ usedRatio: 1.04, resetAtMs: at })], T0);
    expect([engine.assess(ask).blocked, usedAt(engine)]).toEqual([true, 1.04]);
  });

  it("of a window that is over says nothing of the one that runs", () => {
    const engine = buildEngine();
    const past = buildReading({ usedRatio: 1, status: "rejected", resetAtMs: T0 - MINUTE });
    engine.observeWindows("anthropic", null, [past], T0);
    expect([engine.assess(ask).blocked, engine.laneWindows("anthropic", T0)]).toEqual([false, []]);
    engine.observeWindows("anthropic", null, [buildReading({ usedRatio: 0.1, resetAtMs: at })], T0);
    engine.observeWindows("anthropic", null, [past], T0 + 1);
    expect([engine.assess({ ...ask, nowMs: T0 + 1 }).blocked, usedAt(engine, T0 + 1)]).toEqual([false, 0.1]);
  });

  it("heals where an earlier run saved it", () => {
    const engine = buildEngine();
    engine.observeWindows("anthropic", null, [buildReading({ usedRatio: 0.5, resetAtMs: at })], T0);
    const saved = JSON.parse(JSON.stringify(engine.snapshot()));
    Object.assign(saved.lanes[0].windows[0], { usedRatio: 17_961_006.89, resetAtMs: T0 + 900 * DAY });
    const restored = buildEngine();
    restored.restore(saved, T0);
    expect([restored.assess(ask).blocked, usedAt(restored)]).toEqual([false, null]);
    expect(restored.laneWindows("anthropic", T0)[0]?.reset_ts).toBeNull();
  });
});

describe("an older reading", () => {
  const reading = (usedRatio: number, observedAtMs: number) =>
    buildReading({ usedRatio, resetAtMs: at, observedAtMs });

  it("does not undo a newer one, in whichever order they are taken in", () => {
    const engine = buildEngine();
    engine.observeWindows("anthropic", null, [reading(0.91, T0 + 500)], T0 + 500);
    engine.observeWindows("anthropic", null, [reading(0.9, T0 + 100)], T0 + 900);
    expect(usedAt(engine, T0 + 900)).toBe(0.91);
    expect(engine.laneWindows("anthropic", T0 + 900)[0]?.age_sec).toBe(0.4);
    engine.observeWindows("anthropic", null, [reading(0.92, T0 + 800)], T0 + 950);
    expect(usedAt(engine, T0 + 950)).toBe(0.92);
  });

  it("of a source that is trusted more still replaces one that is trusted less", () => {
    const engine = buildEngine();
    const line = buildReading({ source: "statusline", usedRatio: 0.4, resetAtMs: at });
    engine.observeWindows("anthropic", null, [line], T0 + 500);
    engine.observeWindows("anthropic", null, [reading(0.9, T0 + 100)], T0 + 900);
    expect(usedAt(engine, T0 + 900)).toBe(0.9);
  });

  it.each([Number.NaN, T0 + 30 * DAY])(
    "takes a time that is none, or lies ahead, for now: %d",
    (observedAtMs) => {
      const engine = buildEngine();
      engine.observeWindows("anthropic", null, [reading(0.5, observedAtMs)], T0);
      expect(engine.laneWindows("anthropic", T0)[0]).toMatchObject({ used_pct: 0.5, age_sec: 0 });
    },
  );
});

describe("a status line that repeats what its client heard hours ago", () => {
  const line = (usedRatio: number, resetAtMs: number | null) =>
    buildReading({ source: "statusline", usedRatio, resetAtMs });
  const later = T0 + 10 * MINUTE;

  it.each<[what: string, usedRatio: number, resetAtMs: number | null]>([
    ["a lower share of the same window", 0.2, at],
    ["a lower share of a window without an end", 0.2, null],
    ["a window that ends sooner", 1, at - HOUR],
  ])("does not undo the lane's own word: %s", (_what, usedRatio, resetAtMs) => {
    const engine = buildEngine();
    engine.observeWindows("anthropic", null, [buildReading({ usedRatio: 0.9, resetAtMs: at })], T0);
    engine.observeWindows("anthropic", null, [line(usedRatio, resetAtMs)], later);
    expect([usedAt(engine, later), engine.assess({ ...ask, nowMs: later }).blocked]).toEqual([0.9, false]);
  });

  it.each<[what: string, usedRatio: number, resetAtMs: number | null]>([
    ["more of the same window", 0.95, at + 1000],
    ["the next window", 0.01, at + 3 * HOUR],
  ])("is believed where it knows more: %s", (_what, usedRatio, resetAtMs) => {
    const engine = buildEngine();
    engine.observeWindows("anthropic", null, [buildReading({ usedRatio: 0.9, resetAtMs: at })], T0);
    engine.observeWindows("anthropic", null, [line(usedRatio, resetAtMs)], later);
    expect(usedAt(engine, later)).toBe(usedRatio);
  });

  it("names a reset that no window has, and is not held to it", () => {
    const engine = buildEngine();
    engine.observeWindows("anthropic", null, [line(0.2, T0 + 900 * DAY)], T0);
    expect(engine.laneWindows("anthropic", T0)[0]).toMatchObject({ used_pct: 0.2, reset_ts: null });
    engine.observeWindows("anthropic", null, [line(0.3, at)], T0 + 1);
    expect(engine.laneWindows("anthropic", T0 + 1)[0]).toMatchObject({ used_pct: 0.3, reset_ts: at / 1000 });
  });
});
