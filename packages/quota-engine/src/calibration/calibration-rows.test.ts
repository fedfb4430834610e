import { describe, expect, it } from "vitest";
import {
  buildCounts,
  buildEngine,
  buildLimit,
  buildReading,
  buildRecord,
  HOUR,
  T0,
} from "../testing/build.ts";
import type { QuotaEngine } from "../types.ts";

const QUOTAS = {
  models: {
    "glm-4.7": { provider: "zai", rolling_tokens: 1000 },
    "glm-5": { provider: "zai", rolling_tokens: 1000, warn_pct: 0.5 },
    "kimi-*": { provider: "kimi", rolling_tokens: 1000 },
  },
  pools: { coding: { provider: "zai", models: ["glm-*"], rolling_tokens: 2000 } },
};

/** `glm-4.7` counted and limited `times` times at 600 of 1000 tokens, each with a reset in 4 hours. */
function taught(times = 5): QuotaEngine {
  const engine = buildEngine(QUOTAS);
  engine.record(buildRecord(600, T0), T0);
  for (let i = 0; i < times; i += 1) {
    const signal = buildLimit({ scope: "model", retryAfterMs: 4 * HOUR + i * 120_000 });
    engine.observeLimit({ lane: "zai", model: "glm-4.7", signal, nowMs: T0 });
  }
  return engine;
}

const rowOf = (engine: QuotaEngine, name: string, lane = "zai") =>
  engine.calibrations(T0).find((row) => row.name === name && row.lane === lane);

describe("calibrations", () => {
  it("has a row for each model on each lane, before the first request too, then for each pool", () => {
    const engine = buildEngine(QUOTAS);
    engine.record(buildRecord(1, T0, { lane: "anthropic" }), T0);
    engine.record(buildRecord(1, T0, { model: "kimi-k2", lane: "kimi" }), T0);
    expect(engine.calibrations(T0).map(({ kind, name, lane }) => `${kind} ${name} ${lane}`)).toEqual([
      "model glm-4.7 anthropic",
      "model glm-4.7 zai",
      "model glm-5 zai",
      "model kimi-k2 kimi",
      "pool coding zai",
    ]);
    expect(rowOf(engine, "glm-5")).toEqual({
      kind: "model",
      name: "glm-5",
      lane: "zai",
      gapSecondsP50: null,
      gapSecondsP95: null,
      gapSamples: 0,
      bias: null,
      biasSamples: 0,
      confidence: 0,
      warnPct: 0.5,
      warnPctAuto: 0.5,
      calculatedResetMs: null,
      declaredResetMs: null,
    });
  });

  it("says the same as the model's own view, with both sides of a gap", () => {
    const engine = taught(1);
    expect(rowOf(engine, "glm-4.7")).toEqual({
      kind: "model",
      name: "glm-4.7",
      lane: "zai",
      ...engine.calibration("zai", "glm-4.7", T0),
      calculatedResetMs: T0 + 5 * HOUR,
      declaredResetMs: T0 + 4 * HOUR,
    });
    expect(rowOf(engine, "glm-4.7")?.gapSecondsP50).toBe(3600);
  });

  it("forgets a declared reset once it has passed", () => {
    const engine = taught(1);
    const [row] = engine.calibrations(T0 + 4 * HOUR);
    expect(row).toMatchObject({ calculatedResetMs: T0 + 5 * HOUR, declaredResetMs: null });
  });

  it("takes the declared reset of a window that the lane moved", () => {
    const engine = taught(0);
    engine.observeWindows("zai", "glm-4.7", [buildReading({ resetAtMs: T0 + HOUR })], T0);
    expect(rowOf(engine, "glm-4.7")).toMatchObject({
      calculatedResetMs: T0 + 5 * HOUR,
      declaredResetMs: T0 + HOUR,
      gapSecondsP50: 4 * 3600,
    });
  });
});

describe("resetCalibration", () => {
  it("forgets samples of one model, and nothing that was counted", () => {
    const engine = taught();
    expect(rowOf(engine, "glm-4.7")).toMatchObject({ bias: 0.6, gapSamples: 5, warnPctAuto: 0.48 });
    expect(engine.resetCalibration({ model: "GLM-4-7" }, T0)).toBe(1);
    expect(rowOf(engine, "glm-4.7")).toMatchObject({ bias: null, gapSamples: 0, warnPctAuto: 0.8 });
    expect(engine.modelUsage("glm-4.7", { cooldownActive: false, cooldownNextTs: null }, T0)).toMatchObject({
      rolling_used_tokens: 600,
    });
  });

  it("takes the same declared reset for a new sample afterwards", () => {
    const engine = taught(0);
    const reading = buildReading({ resetAtMs: T0 + HOUR });
    engine.observeWindows("zai", "glm-4.7", [reading], T0);
    engine.resetCalibration({ model: "glm-4.7" }, T0);
    engine.observeWindows("zai", "glm-4.7", [reading], T0);
    expect(rowOf(engine, "glm-4.7")).toMatchObject({ gapSamples: 1, gapSecondsP50: 4 * 3600 });
  });

  it("keeps to the lane that is named", () => {
    const engine = taught();
    expect(engine.resetCalibration({ lane: "anthropic" }, T0)).toBe(0);
    expect(engine.resetCalibration({ model: "glm-4.7", lane: "anthropic" }, T0)).toBe(0);
    expect(rowOf(engine, "glm-4.7")).toMatchObject({ bias: 0.6 });
  });

  it("forgets everything when nothing is named: pools and units as well", () => {
    const engine = taught();
    const account = buildLimit({ scope: "account" });
    engine.observeLimit({ lane: "zai", model: "glm-4.7", signal: account, nowMs: T0 });
    for (const [at, ratio] of [0.1, 0.2, 0.3].entries()) {
      engine.record(buildRecord(0, T0, { counts: buildCounts({ inputTokens: 50 * at }) }), T0);
      engine.observeWindows("zai", null, [buildReading({ usedRatio: ratio })], T0);
    }
    expect(rowOf(engine, "coding")?.biasSamples).toBe(3);
    expect(engine.learnedUnits("zai", T0)).toMatchObject([{ window: "5h", spans: 2 }]);
    expect(engine.resetCalibration({}, T0)).toBe(4);
    expect(rowOf(engine, "coding")).toMatchObject({ bias: null, biasSamples: 0 });
    expect(engine.learnedUnits("zai", T0)).toMatchObject([{ window: "5h", spans: 0, tokensPerPct: null }]);
  });

  it("leaves what a probe found: its file is read again all the same", () => {
    const engine = taught();
    engine.seedProbe(
      [{ model: "glm-4.7", gapSecondsP50: 180, gapSecondsP95: 240, samples: 6, multipliers: [] }],
      T0,
    );
    engine.resetCalibration({}, T0);
    expect(rowOf(engine, "glm-4.7")).toMatchObject({ gapSecondsP50: 180, gapSecondsP95: 240, gapSamples: 6 });
  });

  it("means nobody by a name that nothing is known of", () => {
    const engine = taught();
    expect(engine.resetCalibration({ model: "gpt-9" }, T0)).toBe(0);
    expect(engine.resetCalibration({ model: "glm-5" }, T0)).toBe(1);
    expect(engine.models()).toEqual(["glm-4.7", "glm-5"]);
  });
});
