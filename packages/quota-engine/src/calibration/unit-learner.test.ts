import { describe, expect, it } from "vitest";
import {
  buildCounts,
  buildEngine,
  buildReading,
  buildRecord,
  DAY,
  HOUR,
  MINUTE,
  T0,
} from "../testing/build.ts";
import type { QuotaEngine } from "../types.ts";

/** One rise of the lane's 5 h window by `points` percent, with `tokens` input tokens before it. */
function rise(engine: QuotaEngine, to: number, tokens: number): void {
  engine.record(buildRecord(tokens, T0), T0);
  engine.observeWindows(
    "zai",
    "glm-4.7",
    [buildReading({ usedRatio: to / 100, resetAtMs: T0 + 4 * HOUR })],
    T0,
  );
}

const units = (engine: QuotaEngine) => engine.learnedUnits("zai", T0);

describe("learned units", () => {
  it("are tokens a percent, with confidence", () => {
    const engine = buildEngine();
    expect(units(engine)).toEqual([]);
    rise(engine, 0, 0);
    for (const to of [5, 10, 15, 20, 25]) rise(engine, to, 2000);
    expect(units(engine)).toEqual([
      { window: "5h", tokensPerPct: 400, confidence: 5 / 9, spans: 5, pointsPerMillion: null },
    ]);
  });

  it("are measured over three points and more, never from one reading to the next", () => {
    const engine = buildEngine();
    rise(engine, 0, 0);
    rise(engine, 1, 900);
    rise(engine, 2, 100);
    expect(units(engine)[0]?.spans).toBe(0);
    rise(engine, 3, 200);
    expect(units(engine)[0]).toMatchObject({ spans: 1, tokensPerPct: 400 });
  });

  it("leave out what another device took", () => {
    const engine = buildEngine();
    rise(engine, 0, 0);
    rise(engine, 10, 0);
    for (const to of [20, 30, 40]) rise(engine, to, 4000);
    rise(engine, 60, 900);
    expect(units(engine)[0]).toMatchObject({ spans: 3, tokensPerPct: 400 });
  });

  it("follow a plan that counts three times as much at peak hours", () => {
    const engine = buildEngine();
    rise(engine, 0, 0);
    for (const to of [10, 20, 30]) rise(engine, to, 3000);
    for (const to of [40, 50, 60, 70]) rise(engine, to, 1000);
    expect(units(engine)[0]?.spans).toBe(7);
    expect(units(engine)[0]?.tokensPerPct).toBeCloseTo(100, 9);
  });

  it("fade after 14 days", () => {
    const engine = buildEngine();
    rise(engine, 0, 0);
    rise(engine, 10, 4000);
    engine.tick(T0 + 14 * DAY + MINUTE);
    expect(units(engine)[0]).toMatchObject({ spans: 0, tokensPerPct: null, confidence: 0 });
  });

  it("tell classes apart where traffic does", () => {
    const engine = buildEngine();
    // A plan that takes 10 points a million input tokens, 50 a million output, nothing for cache reads.
    let ratio = 0;
    const read = () =>
      engine.observeWindows("zai", null, [buildReading({ usedRatio: ratio, resetAtMs: T0 + 4 * HOUR })], T0);
    read();
    for (let i = 0; i < 20; i += 1) {
      const inputTokens = 300_000 + (i % 3) * 100_000;
      const outputTokens = 20_000 + (i % 4) * 30_000;
      const cacheReadTokens = 1_000_000 + (i % 5) * 500_000;
      engine.record(
        buildRecord(0, T0, { counts: buildCounts({ inputTokens, outputTokens, cacheReadTokens }) }),
        T0,
      );
      ratio += (inputTokens * 10 + outputTokens * 50) / 1e8;
      read();
    }
    const fitted = units(engine)[0]?.pointsPerMillion;
    expect(Math.round(fitted?.input ?? 0)).toBe(10);
    expect(Math.abs((fitted?.output ?? 0) - 50) < 5).toBe(true);
    expect(Math.abs(fitted?.cacheRead ?? 1) < 0.3).toBe(true);
    expect(fitted?.cacheCreation).toBeCloseTo(
      units(engine)[0]?.spans === 20 ? (fitted?.cacheCreation ?? 0) : 0,
      9,
    );
  });
});
