import { describe, expect, it } from "vitest";
import { buildEngine, buildReading, buildRecord, DAY, HOUR, MINUTE, ONE_CAP, T0 } from "../testing/build.ts";
import type { QuotaEngine } from "../types.ts";

function read(engine: QuotaEngine, usedRatio: number, nowMs = T0, resetAtMs = T0 + 4 * HOUR): void {
  engine.observeWindows("zai", "glm-4.7", [buildReading({ usedRatio, resetAtMs })], nowMs);
}

const view = (engine: QuotaEngine, nowMs = T0) => engine.calibration("zai", "glm-4.7", nowMs);

describe("bias from declared utilisation", () => {
  it("is the counted over the declared rise, over spans of three points", () => {
    const engine = buildEngine(ONE_CAP);
    read(engine, 0.1);
    // 18 of 1000 are counted while the lane rises by 3 points.
    for (const ratio of [0.11, 0.12, 0.13, 0.14, 0.15, 0.16]) {
      engine.record(buildRecord(6, T0), T0);
      read(engine, ratio);
    }
    expect(view(engine).biasSamples).toBe(2);
    expect(view(engine).bias).toBeCloseTo(0.6, 9);
  });

  it("moves the warn threshold once it is trusted", () => {
    const engine = buildEngine(ONE_CAP);
    for (let step = 0; step <= 5; step += 1) {
      read(engine, step * 0.1);
      engine.record(buildRecord(60, T0), T0);
    }
    expect(view(engine).confidence).toBeCloseTo(5 / 9, 9);
    expect(view(engine).warnPctAuto).toBeCloseTo(0.48, 9);
  });

  it("is not measured across windows", () => {
    const engine = buildEngine(ONE_CAP);
    read(engine, 0.1);
    engine.record(buildRecord(60, T0), T0);
    read(engine, 0.2, T0, T0 + 4 * HOUR + MINUTE);
    engine.record(buildRecord(60, T0), T0);
    read(engine, 0.05, T0, T0 + 4 * HOUR + MINUTE);
    expect(view(engine).biasSamples).toBe(0);
  });

  it("is not measured while others make the lane's traffic", () => {
    const engine = buildEngine(ONE_CAP);
    read(engine, 0.1);
    engine.record(buildRecord(60, T0), T0);
    engine.record(buildRecord(60, T0, { model: "glm-5" }), T0);
    read(engine, 0.3);
    expect(view(engine).biasSamples).toBe(0);
  });

  it("is not measured across a clock that was set back", () => {
    const engine = buildEngine(ONE_CAP);
    read(engine, 0.1);
    engine.record(buildRecord(60, T0), T0);
    read(engine, 0.2, T0 - 2 * HOUR);
    expect(view(engine, T0 - 2 * HOUR).biasSamples).toBe(0);
  });
});

describe("gaps from declared resets", () => {
  it("are one a window", () => {
    const engine = buildEngine({
      models: { "glm-4.7": { provider: "zai", rolling_tokens: 1000, rolling_kind: "anchored" } },
    });
    engine.record(buildRecord(60, T0), T0);
    for (let i = 0; i < 10; i += 1) read(engine, 0.1, T0 + i * MINUTE, T0 + 4 * HOUR);
    expect(view(engine, T0 + 10 * MINUTE)).toMatchObject({ gapSecondsP50: 3600, gapSamples: 1 });
    // The next window: its first answer declares it before anything of it is counted.
    const next = T0 + 6 * HOUR;
    read(engine, 0, next, next + 5 * HOUR);
    expect(view(engine, next).gapSamples).toBe(1);
    engine.record(buildRecord(60, next + MINUTE), next + MINUTE);
    read(engine, 0.1, next + MINUTE, next + 5 * HOUR);
    expect(view(engine, next + MINUTE)).toMatchObject({ gapSamples: 2, gapSecondsP50: (3600 + 60) / 2 });
  });

  it("are taken for the weekly window too", () => {
    const engine = buildEngine();
    engine.record(buildRecord(60, T0), T0);
    const week = buildReading({ name: "7d", lengthMs: 7 * DAY, usedRatio: 0.1, resetAtMs: T0 + 6 * DAY });
    engine.observeWindows("zai", null, [week], T0);
    expect(view(engine)).toMatchObject({ gapSecondsP50: 86_400, gapSamples: 1 });
  });
});
