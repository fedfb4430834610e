import { describe, expect, it } from "vitest";
import {
  buildCounts,
  buildEngine,
  buildLimit,
  buildReading,
  buildRecord,
  HOUR,
  ONE_CAP,
  T0,
} from "../testing/build.ts";
import type { QuotaEngine } from "../types.ts";

const ask = { lane: "zai", model: "glm-4.7", predicted: 0, nowMs: T0 };

describe("a model without any quota", () => {
  it("is never blocked and never warned", () => {
    const engine = buildEngine();
    engine.record(buildRecord(1e6, T0), T0);
    const assessment = engine.assess({ ...ask, predicted: 1e9 });
    expect(assessment).toEqual({
      constraints: [],
      requests: 1,
      binding: null,
      usedTokens: 1e6,
      reservedTokens: 0,
      headroomTokens: null,
      headroomPct: null,
      warnThreshold: 0.8,
      warnPct: 0.8,
      warnPctAuto: 0.8,
      confidence: 0,
      warned: false,
      blocked: false,
      spentUntilMs: null,
      rolling: {
        usedTokens: 1e6,
        capacityTokens: null,
        usedPct: null,
        headroomPct: null,
        resetAtMs: T0 + 5 * HOUR,
        etaSec: 18_000,
      },
      weekly: {
        usedTokens: 1e6,
        capacityTokens: null,
        usedPct: null,
        headroomPct: null,
        resetAtMs: T0 + 168 * HOUR,
        etaSec: 604_800,
      },
    });
  });
});

describe("a configured cap", () => {
  it("binds before the first request", () => {
    const engine = buildEngine(ONE_CAP);
    expect(engine.assess({ ...ask, predicted: 999 }).blocked).toBe(false);
    const { blocked, binding } = engine.assess({ ...ask, predicted: 1000 });
    expect([blocked, binding?.name, binding?.source, binding?.headroomTokens]).toEqual([
      true,
      "rolling",
      "config",
      1000,
    ]);
  });

  it.each([
    // used, predicted, warned, blocked
    [799, 0, false, false],
    [800, 0, true, false],
    [800, 199, true, false],
    [800, 200, true, true],
    [1000, 0, true, true],
    [1300, 0, true, true],
  ])("%d of 1000 used, %d more: warned %s, blocked %s", (usedTokens, predicted, warned, blocked) => {
    const engine = buildEngine(ONE_CAP);
    engine.record(buildRecord(usedTokens, T0), T0);
    const assessment = engine.assess({ ...ask, predicted });
    expect([assessment.warned, assessment.blocked]).toEqual([warned, blocked]);
    expect(assessment.rolling.usedPct).toBe(usedTokens / 1000);
    expect(assessment.headroomTokens).toBe(Math.max(0, 1000 - usedTokens));
    expect(assessment.headroomPct).toBe(Math.max(0, 1000 - usedTokens) / 1000);
  });

  it("lets the tightest of its windows bind", () => {
    const engine = buildEngine({
      models: { "glm-4.7": { provider: "zai", rolling_tokens: 1000, weekly_limit_value: 1200 } },
    });
    engine.record(buildRecord(700, T0), T0);
    expect(engine.assess(ask).binding?.name).toBe("rolling");
    const later = T0 + 6 * HOUR;
    engine.record(buildRecord(400, later), later);
    const assessment = engine.assess({ ...ask, nowMs: later });
    expect(assessment.binding).toMatchObject({ name: "weekly", usedTokens: 1100, headroomTokens: 100 });
    expect(assessment.usedTokens).toBe(1100);
    expect(assessment.rolling.usedTokens).toBe(400);
    expect(assessment.headroomPct).toBe(100 / 1200);
  });

  it("in hours is shown and never blocks", () => {
    const engine = buildEngine({
      models: { "glm-4.7": { provider: "zai", weekly_limit_type: "hours", weekly_limit_value: 1 } },
    });
    engine.record(buildRecord(500, T0, { wallMs: 3 * HOUR }), T0);
    const assessment = engine.assess({ ...ask, predicted: 1e6 });
    expect([assessment.warned, assessment.blocked, assessment.constraints]).toEqual([false, false, []]);
    expect(
      engine.modelUsage("glm-4.7", { cooldownActive: false, cooldownNextTs: null }, T0).weekly_hours,
    ).toBe(3);
  });

  it("weighs token classes as the quota says", () => {
    const engine = buildEngine({
      models: {
        "glm-4.7": {
          provider: "zai",
          rolling_tokens: 1000,
          weights: { output: 2, cache_creation: 1.25, cache_read: 0 },
        },
      },
    });
    const counts = buildCounts({
      inputTokens: 100,
      outputTokens: 50,
      cacheCreationTokens: 40,
      cacheReadTokens: 9000,
    });
    engine.record(buildRecord(0, T0, { counts }), T0);
    expect(engine.assess(ask).rolling.usedTokens).toBe(100 + 2 * 50 + 1.25 * 40);
  });

  it("counts only what its own lane served", () => {
    const engine = buildEngine(ONE_CAP);
    engine.record(buildRecord(900, T0, { lane: "anthropic" }), T0);
    expect(engine.assess(ask).usedTokens).toBe(0);
    const elsewhere = engine.assess({ ...ask, lane: "anthropic" });
    expect([elsewhere.usedTokens, elsewhere.binding, elsewhere.blocked]).toEqual([900, null, false]);
  });

  it("of a kind that is anchored drops to 0 at once", () => {
    const engine = buildEngine({
      models: { "glm-4.7": { provider: "zai", rolling_tokens: 1000, rolling_kind: "anchored" } },
    });
    engine.record(buildRecord(1000, T0), T0);
    const before = engine.assess({ ...ask, nowMs: T0 + 5 * HOUR - 1 });
    expect([before.blocked, before.binding?.resetAtMs]).toEqual([true, T0 + 5 * HOUR]);
    expect(engine.assess({ ...ask, nowMs: T0 + 5 * HOUR }).usedTokens).toBe(0);
  });

  it.each([Number.NaN, -1, Number.POSITIVE_INFINITY])("cannot be asked about %d tokens", (predicted) => {
    expect(() => buildEngine(ONE_CAP).assess({ ...ask, predicted })).toThrow(RangeError);
  });
});

describe("a pool", () => {
  const file = {
    models: { "glm-4.7": { provider: "zai", rolling_tokens: 5000 } },
    pools: { plan: { provider: "zai", models: ["glm-*"], rolling_tokens: 1000, weekly_limit_value: 9000 } },
  };

  it("is shared by its models, and binds those without a cap of their own", () => {
    const engine = buildEngine(file);
    engine.record(buildRecord(600, T0), T0);
    engine.record(buildRecord(300, T0, { model: "glm-5" }), T0);
    for (const model of ["glm-4.7", "glm-5"]) {
      const { binding, blocked } = engine.assess({ ...ask, model, predicted: 100 });
      expect([binding?.name, binding?.usedTokens, binding?.headroomTokens, blocked]).toEqual([
        "pool:plan:rolling",
        900,
        100,
        true,
      ]);
    }
    expect(engine.assess({ ...ask, model: "claude-haiku-4.5" }).constraints).toEqual([]);
  });

  it("counts only its own lane", () => {
    const engine = buildEngine(file);
    engine.record(buildRecord(900, T0, { lane: "anthropic" }), T0);
    expect(engine.assess(ask).binding?.usedTokens).toBe(0);
    expect(engine.assess({ ...ask, lane: "anthropic" }).constraints).toEqual([]);
  });
});

describe("learned bias", () => {
  function limited(times: number): QuotaEngine {
    const engine = buildEngine(ONE_CAP);
    engine.record(buildRecord(600, T0), T0);
    for (let i = 0; i < times; i += 1) {
      engine.observeLimit({ lane: "zai", model: "glm-4.7", signal: buildLimit(), nowMs: T0 });
    }
    return engine;
  }

  it("five limits at 600 of 1000: the plan ends at 600, warn at 480", () => {
    const assessment = limited(5).assess(ask);
    expect(assessment.confidence).toBeCloseTo(5 / 9, 12);
    expect(assessment.warnPctAuto).toBeCloseTo(0.48, 12);
    expect(assessment.warnThreshold).toBe(assessment.warnPctAuto);
    expect(assessment.binding).toMatchObject({
      capacityTokens: 1000,
      effectiveCapacityTokens: 600,
      headroomTokens: 0,
      usedPct: 0.6,
      source: "counted",
    });
    expect([assessment.warned, assessment.blocked]).toEqual([true, true]);
    // What is shown stays against the configured capacity.
    expect(assessment.rolling).toMatchObject({ usedPct: 0.6, headroomPct: 0.4, capacityTokens: 1000 });
  });

  it("two limits are not trusted yet", () => {
    const assessment = limited(2).assess(ask);
    expect(assessment.confidence).toBeCloseTo(1 / 3, 12);
    expect([assessment.warnPctAuto, assessment.warnThreshold]).toEqual([0.8, 0.8]);
    expect(assessment.binding).toMatchObject({
      effectiveCapacityTokens: 1000,
      headroomTokens: 400,
      source: "config",
    });
    expect([assessment.warned, assessment.blocked]).toEqual([false, false]);
  });
});

describe("a window that the lane declares", () => {
  it("binds every model of the lane, tighter than its own cap", () => {
    const engine = buildEngine(ONE_CAP);
    engine.record(buildRecord(100, T0), T0);
    engine.observeWindows("zai", "glm-5", [buildReading({ usedRatio: 0.91, resetAtMs: T0 + HOUR })], T0);
    const assessment = engine.assess({ ...ask, nowMs: T0 + 30_000 });
    expect(assessment.binding).toEqual({
      name: "lane:5h",
      usedPct: 0.91,
      usedTokens: null,
      capacityTokens: null,
      effectiveCapacityTokens: null,
      headroomTokens: null,
      resetAtMs: T0 + HOUR,
      source: "header",
      ageMs: 30_000,
      pressure: 0.91,
      warned: true,
      blocked: false,
    });
    expect([assessment.warned, assessment.blocked, assessment.spentUntilMs]).toEqual([true, false, null]);
  });

  it.each([
    [{ usedRatio: 1 }],
    [{ usedRatio: 1.02, status: "allowed" as const }],
    [{ status: "rejected" as const }],
    [{ usedRatio: 0.4, status: "rejected" as const }],
  ])("blocks when it is spent: %j", (over) => {
    const engine = buildEngine();
    engine.observeWindows("zai", "glm-4.7", [buildReading({ ...over, resetAtMs: T0 + HOUR })], T0);
    const assessment = engine.assess(ask);
    expect([assessment.blocked, assessment.warned, assessment.spentUntilMs]).toEqual([true, true, T0 + HOUR]);
    const after = engine.assess({ ...ask, nowMs: T0 + HOUR });
    expect([after.blocked, after.warned, after.spentUntilMs, after.binding]).toEqual([
      false,
      false,
      null,
      null,
    ]);
  });

  it("warns by its own status where it tells no ratio", () => {
    const engine = buildEngine();
    const reading = buildReading({ status: "allowed_warning", resetAtMs: T0 + HOUR });
    engine.observeWindows("zai", null, [reading], T0);
    expect([engine.assess(ask).warned, engine.assess(ask).blocked]).toEqual([true, false]);
  });

  it("takes the learned unit into account, with what came and is reserved since", () => {
    const engine = buildEngine();
    for (const percent of [0, 10, 20, 30, 40, 50]) {
      const reading = buildReading({ usedRatio: percent / 100, resetAtMs: T0 + HOUR });
      engine.observeWindows("zai", "glm-4.7", [reading], T0);
      engine.record(buildRecord(1000, T0), T0);
    }
    // 100 tokens a percent; 50 % at the last reading, 1000 tokens since.
    engine.reserve(
      { rid: "a", attempt: 1, lane: "zai", model: "glm-4.7", predicted: 500, deadlineMs: T0 + HOUR },
      T0,
    );
    const { binding, headroomTokens } = engine.assess({ ...ask, predicted: 3499 });
    expect(binding).toMatchObject({
      usedPct: 0.5,
      usedTokens: 6000,
      capacityTokens: 10_000,
      headroomTokens: 3500,
    });
    expect(headroomTokens).toBe(3500);
    expect(engine.assess({ ...ask, predicted: 3499 }).blocked).toBe(false);
    expect(engine.assess({ ...ask, predicted: 3500 }).blocked).toBe(true);
  });
});
