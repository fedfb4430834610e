import type { CalibrationWire, Learned } from "@ccp/usage-contract";
import { describe, expect, it } from "vitest";
import { cappedModel, lane, model, view, window } from "../test-kit/views.ts";
import { readGateway } from "./gateway-reading.ts";

const learned: Learned = {
  gap_seconds_p50: null,
  gap_seconds_p95: null,
  gap_samples: 0,
  bias: null,
  bias_samples: 0,
  warn_pct: 0.8,
  warn_pct_auto: 0.8,
  warn_pct_confidence: 0,
  calculated_reset_ts: 19_000,
  declared_reset_ts: 18_000,
};
const calibration = (name: string): CalibrationWire => ({
  ts: 1000,
  probe_results: null,
  windows: { rolling_seconds: 18_000, weekly_seconds: 604_800 },
  models: { [name]: { lanes: { zai: learned, anthropic: { ...learned, calculated_reset_ts: 1 } } } },
  pools: {},
  lanes: {},
});

describe("readGateway", () => {
  it("finds the model by any spelling, on the lane of its quota", () => {
    const usage = view({ models: { "glm-4.6": cappedModel(0.5, 0.2) } });
    expect(readGateway("GLM-4-6", usage, calibration("glm-4.6"))).toEqual({
      ts: 1000,
      lane: "zai",
      rollingSec: 18_000,
      usedTokens: 1_000_000,
      capacityTokens: 2_000_000,
      headroomTokens: 1_000_000,
      declaredHeadroom: null,
      cooling: false,
      calculatedResetTs: 19_000,
      declaredResetTs: 18_000,
    });
  });

  it("takes the smaller headroom of both windows, and none without a cap", () => {
    const of = (usage: Parameters<typeof model>[0]) =>
      readGateway("m", view({ models: { m: model(usage) } }), calibration("m")).headroomTokens;
    expect(of(cappedModel(0.1, 0.99))).toBeCloseTo(200_000, 6);
    expect(of({ headroom_pct_weekly: 0.5, weekly_capacity_tokens: 100 })).toBe(50);
    expect(of({})).toBeNull();
  });

  it("knows what is left by what the lane itself declares of the same window", () => {
    const of = (windows: ReturnType<typeof window>[]) =>
      readGateway(
        "m",
        view({ models: { m: cappedModel(0.5, 0.2) }, lanes: { zai: lane("ok", windows) } }),
        calibration("m"),
      ).declaredHeadroom;
    expect(of([window("7d", 0.1, 60), window("5h", 0.75, 60)])).toBe(500_000);
    expect(of([window("5h", 1.2, 60)])).toBe(0);
    expect(of([{ ...window("5h", 0.75, 60), source: "config" }])).toBeNull();
    expect(of([{ ...window("5h", 0.75, 60), model: "glm" }])).toBeNull();
    expect(of([window("5h", null, null)])).toBeNull();
  });

  it("knows nothing of a model that the gateway has not met", () => {
    expect(readGateway("gpt-9", view(), calibration("m"))).toMatchObject({
      lane: null,
      headroomTokens: null,
      calculatedResetTs: null,
      usedTokens: 0,
    });
  });
});
