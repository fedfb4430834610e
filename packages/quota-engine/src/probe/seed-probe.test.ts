import { describe, expect, it } from "vitest";
import { buildEngine, buildLimit, buildRecord, HOUR, ONE_CAP, T0 } from "../testing/build.ts";
import type { ProbeResult } from "./parse-probe-results.ts";

const seed = (over: Partial<ProbeResult> = {}): ProbeResult => ({
  model: "GLM-4-7",
  gapSecondsP50: 180,
  gapSecondsP95: 240,
  samples: 6,
  multipliers: [],
  ...over,
});

describe("seedProbe", () => {
  it("shows what the probe found until there are samples of our own", () => {
    const engine = buildEngine(ONE_CAP);
    engine.seedProbe([seed()], T0);
    const view = () => engine.calibration("zai", "glm-4.7", T0);
    expect(view()).toMatchObject({ gapSecondsP50: 180, gapSecondsP95: 240, gapSamples: 6 });
    engine.record(buildRecord(600, T0), T0);
    engine.observeLimit({
      lane: "zai",
      model: "glm-4.7",
      signal: buildLimit({ retryAfterMs: 5 * HOUR }),
      nowMs: T0,
    });
    expect(view()).toMatchObject({ gapSecondsP50: 180, gapSecondsP95: 180, gapSamples: 7 });
  });

  it("takes inferred multipliers as bias samples", () => {
    const engine = buildEngine(ONE_CAP);
    engine.seedProbe([seed({ multipliers: [0.6, 0.6, 0.6, 0.6, 0.001] })], T0);
    expect(engine.calibration("zai", "glm-4.7", T0)).toMatchObject({
      bias: 0.6,
      biasSamples: 4,
      warnPctAuto: 0.48,
    });
    const ask = { lane: "zai", model: "glm-4.7", predicted: 0, nowMs: T0 };
    expect(engine.assess(ask).binding).toMatchObject({ effectiveCapacityTokens: 600, source: "counted" });
    expect(engine.assess({ ...ask, lane: "anthropic" }).confidence).toBe(0);
  });

  it("replaces what the reading before found", () => {
    const engine = buildEngine(ONE_CAP);
    engine.seedProbe([seed({ multipliers: [0.6, 0.6, 0.6, 0.6] })], T0);
    engine.seedProbe([seed({ samples: 2, gapSecondsP50: 30, gapSecondsP95: 40 })], T0);
    expect(engine.calibration("zai", "glm-4.7", T0)).toMatchObject({
      gapSecondsP50: 30,
      gapSamples: 2,
      biasSamples: 0,
    });
    engine.seedProbe([], T0);
    expect(engine.calibration("zai", "glm-4.7", T0)).toMatchObject({ gapSecondsP50: null, gapSamples: 0 });
  });

  it("waits for a model that has not been seen, and outlives a restore", () => {
    const engine = buildEngine();
    engine.seedProbe([seed()], T0);
    expect(engine.models()).toEqual([]);
    engine.record(buildRecord(600, T0), T0);
    expect(engine.calibration("zai", "glm-4.7", T0).gapSamples).toBe(6);
    const other = buildEngine();
    other.seedProbe([seed({ samples: 9 })], T0);
    other.restore(engine.snapshot(), T0);
    expect(other.calibration("zai", "glm-4.7", T0).gapSamples).toBe(9);
  });
});
