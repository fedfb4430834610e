import { SIGNAL_KINDS } from "@ccp/usage-contract/core";
import { describe, expect, it } from "vitest";
import { buildEngine, buildLimit, buildRecord, DAY, HOUR, MINUTE, ONE_CAP, T0 } from "../testing/build.ts";
import type { QuotaEngine } from "../types.ts";

function limit(
  engine: QuotaEngine,
  over: Parameters<typeof buildLimit>[0] = {},
  nowMs = T0,
  model = "glm-4.7",
): void {
  engine.observeLimit({ lane: "zai", model, signal: buildLimit(over), nowMs });
}

const view = (engine: QuotaEngine, nowMs = T0) => engine.calibration("zai", "glm-4.7", nowMs);

describe("a bias sample", () => {
  it.each(SIGNAL_KINDS.filter((kind) => kind !== "quota"))("is not taken from %s", (kind) => {
    const engine = buildEngine(ONE_CAP);
    engine.record(buildRecord(600, T0), T0);
    limit(engine, { kind, retryAfterMs: HOUR });
    expect(view(engine)).toMatchObject({ biasSamples: 0, gapSamples: 0 });
  });

  it("is what we had counted of the cap when the plan ended", () => {
    const engine = buildEngine(ONE_CAP);
    engine.record(buildRecord(600, T0), T0);
    for (let i = 0; i < 5; i += 1) limit(engine);
    expect(view(engine)).toEqual({
      gapSecondsP50: null,
      gapSecondsP95: null,
      gapSamples: 0,
      bias: 0.6,
      biasSamples: 5,
      confidence: 5 / 9,
      warnPct: 0.8,
      warnPctAuto: 0.48,
    });
  });

  it("is of the window that the limit names", () => {
    const engine = buildEngine({
      models: { "glm-4.7": { provider: "zai", rolling_tokens: 1000, weekly_limit_value: 2000 } },
    });
    engine.record(buildRecord(600, T0), T0);
    for (let i = 0; i < 4; i += 1) limit(engine, { window: "7d" });
    expect(view(engine)).toMatchObject({ bias: 0.3, confidence: 0.5, warnPctAuto: 0.8 * 0.3 });
    const assessment = engine.assess({ lane: "zai", model: "glm-4.7", predicted: 0, nowMs: T0 });
    expect(assessment.constraints.map((bound) => bound.effectiveCapacityTokens)).toEqual([1000, 600]);
  });

  it("is of the weekly window when the reset is further off than a rolling window lasts", () => {
    const engine = buildEngine({
      models: { "glm-4.7": { provider: "zai", rolling_tokens: 1000, weekly_limit_value: 2000 } },
    });
    engine.record(buildRecord(600, T0), T0);
    limit(engine, { retryAfterMs: 2 * DAY });
    expect(view(engine).bias).toBe(0.3);
  });

  it("is not taken for a window that we do not count", () => {
    const engine = buildEngine(ONE_CAP);
    engine.record(buildRecord(600, T0), T0);
    for (const window of ["month", "7d_oi", "1d"]) limit(engine, { window, scope: "model" });
    expect(view(engine).biasSamples).toBe(0);
  });

  it("is not taken where next to nothing was counted: someone else spent the plan", () => {
    const engine = buildEngine(ONE_CAP);
    limit(engine);
    engine.record(buildRecord(49, T0), T0);
    limit(engine);
    expect(view(engine).biasSamples).toBe(0);
  });

  it("is one for a burst of requests that were under way together", () => {
    const engine = buildEngine(ONE_CAP);
    engine.record(buildRecord(600, T0), T0);
    const burst = { lane: "zai", model: "glm-4.7", signal: buildLimit(), nowMs: T0 + 1000, startedAtMs: T0 };
    for (let i = 0; i < 20; i += 1) engine.observeLimit(burst);
    expect(view(engine, T0 + 1000).biasSamples).toBe(1);
    engine.observeLimit({ ...burst, startedAtMs: T0 + 1001, nowMs: T0 + 2000 });
    expect(view(engine, T0 + 2000).biasSamples).toBe(2);
  });

  it("goes to the pool when the whole account is spent", () => {
    const engine = buildEngine({
      ...ONE_CAP,
      pools: { plan: { provider: "zai", models: ["glm-*"], rolling_tokens: 2000 } },
    });
    engine.record(buildRecord(100, T0), T0);
    engine.record(buildRecord(900, T0, { model: "glm-5" }), T0);
    for (let i = 0; i < 4; i += 1) limit(engine);
    expect(view(engine).biasSamples).toBe(0);
    const { constraints } = engine.assess({ lane: "zai", model: "glm-4.7", predicted: 0, nowMs: T0 });
    expect(constraints.map((bound) => [bound.name, bound.effectiveCapacityTokens])).toEqual([
      ["rolling", 1000],
      ["pool:plan:rolling", 1000],
    ]);
  });

  it("of an account tells of a model only if that made most of the traffic", () => {
    const engine = buildEngine(ONE_CAP);
    engine.record(buildRecord(600, T0), T0);
    engine.record(buildRecord(600, T0, { model: "glm-5" }), T0);
    limit(engine);
    expect(view(engine).biasSamples).toBe(0);
    limit(engine, { scope: "model" });
    expect(view(engine).biasSamples).toBe(1);
  });

  it("is not taken across a clock that was set back", () => {
    const engine = buildEngine(ONE_CAP);
    engine.record(buildRecord(600, T0), T0);
    const back = T0 - 2 * HOUR;
    limit(engine, { retryAfterMs: HOUR }, back);
    expect(view(engine, back)).toMatchObject({ biasSamples: 0, gapSamples: 0 });
    const later = back + 5 * HOUR + MINUTE;
    engine.record(buildRecord(600, later), later);
    limit(engine, { retryAfterMs: HOUR }, later);
    expect(view(engine, later)).toMatchObject({ biasSamples: 1, gapSamples: 1 });
  });

  it("fades after 14 days", () => {
    const engine = buildEngine(ONE_CAP);
    engine.record(buildRecord(600, T0), T0);
    for (let i = 0; i < 5; i += 1) limit(engine);
    engine.tick(T0 + 14 * DAY);
    expect(view(engine, T0 + 14 * DAY).warnPctAuto).toBe(0.48);
    engine.tick(T0 + 14 * DAY + 1);
    expect(view(engine, T0 + 14 * DAY + 1)).toMatchObject({
      bias: null,
      biasSamples: 0,
      confidence: 0,
      warnPctAuto: 0.8,
    });
  });
});

describe("a gap sample", () => {
  it("is the calculated minus the declared reset", () => {
    const engine = buildEngine(ONE_CAP);
    engine.record(buildRecord(600, T0), T0);
    // Calculated: T0 + 5 h.
    for (const early of [120, 180, 240]) limit(engine, { resetAtMs: T0 + 5 * HOUR - early * 1000 });
    const { gapSecondsP50, gapSecondsP95, gapSamples } = view(engine);
    expect([gapSecondsP50, gapSamples]).toEqual([180, 3]);
    expect(gapSecondsP95).toBeCloseTo(234, 9);
  });

  it("is negative where the lane resets later than we thought", () => {
    const engine = buildEngine(ONE_CAP);
    engine.record(buildRecord(600, T0), T0);
    limit(engine, { retryAfterMs: 5 * HOUR + 90_000 });
    expect(view(engine).gapSecondsP50).toBe(-90);
  });

  it("is one for one reset, however often it is declared", () => {
    const engine = buildEngine(ONE_CAP);
    engine.record(buildRecord(600, T0), T0);
    for (let i = 0; i < 10; i += 1) limit(engine, { window: "5h", resetAtMs: T0 + 4 * HOUR + i * 1000 });
    expect(view(engine)).toMatchObject({ gapSecondsP50: 3600, gapSamples: 1 });
  });

  it("needs a reset that a window can have, and something counted", () => {
    const engine = buildEngine(ONE_CAP);
    limit(engine, { retryAfterMs: HOUR });
    engine.record(buildRecord(600, T0), T0);
    limit(engine, { retryAfterMs: 0 });
    limit(engine, { retryAfterMs: Number.NaN });
    limit(engine, { resetAtMs: T0 - HOUR });
    limit(engine, { resetAtMs: T0 + 206 * HOUR });
    expect(view(engine).gapSamples).toBe(0);
  });

  it("corrects the reset that is shown, from four samples on", () => {
    const engine = buildEngine(ONE_CAP);
    engine.record(buildRecord(600, T0), T0);
    const eta = () =>
      engine.assess({ lane: "zai", model: "glm-4.7", predicted: 0, nowMs: T0 }).rolling.etaSec;
    for (const early of [100, 200, 300]) limit(engine, { resetAtMs: T0 + 5 * HOUR - early * 1000 });
    expect(eta()).toBe(18_000);
    limit(engine, { resetAtMs: T0 + 5 * HOUR - 400_000 });
    expect(eta()).toBe(18_000 - 250);
  });
});

describe("a named limit", () => {
  it("moves the window to its reset", () => {
    const engine = buildEngine(ONE_CAP);
    engine.record(buildRecord(1000, T0), T0);
    limit(engine, { window: "5h", resetAtMs: T0 + HOUR });
    const ask = { lane: "zai", model: "glm-4.7", predicted: 0 };
    expect(engine.assess({ ...ask, nowMs: T0 + HOUR - 1 }).blocked).toBe(true);
    expect(engine.assess({ ...ask, nowMs: T0 + HOUR })).toMatchObject({ blocked: false, usedTokens: 0 });
  });
});
