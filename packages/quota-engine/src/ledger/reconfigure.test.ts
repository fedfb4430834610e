import { type QuotasFile, toQuotaConfig } from "@ccp/usage-contract";
import { describe, expect, it } from "vitest";
import {
  buildEngine,
  buildLimit,
  buildReading,
  buildRecord,
  DAY,
  HOUR,
  MINUTE,
  ONE_CAP,
  T0,
} from "../testing/build.ts";
import type { QuotaEngine } from "../types.ts";

const ask = { lane: "zai", model: "glm-4.7", predicted: 0, nowMs: T0 };

function reload(engine: QuotaEngine, file: QuotasFile, nowMs = T0): void {
  engine.reconfigure(toQuotaConfig(file), nowMs);
}

describe("reconfigure", () => {
  it("keeps counts, reservations and what was learned under a new cap", () => {
    const engine = buildEngine(ONE_CAP);
    engine.record(buildRecord(600, T0), T0);
    for (let i = 0; i < 5; i += 1)
      engine.observeLimit({ lane: "zai", model: "glm-4.7", signal: buildLimit(), nowMs: T0 });
    engine.reserve({ ...ask, rid: "a", attempt: 1, predicted: 40, deadlineMs: T0 + HOUR }, T0);
    reload(engine, {
      models: { "glm-*": { provider: "zai", rolling_tokens: 2000, warn_pct: 0.5, weights: { input: 2 } } },
    });
    expect(engine.assess(ask)).toMatchObject({
      reservedTokens: 40,
      warnPct: 0.5,
      warnPctAuto: 0.3,
      rolling: { usedTokens: 1200, capacityTokens: 2000 },
    });
    expect(engine.settle("a", 1, buildRecord(50, T0), T0)).toBe(true);
    expect(engine.assess(ask)).toMatchObject({ reservedTokens: 0, rolling: { usedTokens: 1300 } });
  });

  it("moves a quota to another lane, where that lane's own counts are", () => {
    const engine = buildEngine(ONE_CAP);
    engine.record(buildRecord(600, T0), T0);
    engine.record(buildRecord(70, T0, { lane: "anthropic" }), T0);
    reload(engine, { models: { "glm-4.7": { provider: "anthropic", rolling_tokens: 1000 } } });
    expect(engine.assess(ask).constraints).toEqual([]);
    expect(engine.assess({ ...ask, lane: "anthropic" }).binding?.usedTokens).toBe(70);
  });

  it("adds and removes models; a seen one stays", () => {
    const engine = buildEngine({ models: { "glm-4.7": { provider: "zai" }, "glm-5": { provider: "zai" } } });
    engine.record(buildRecord(600, T0), T0);
    reload(engine, { models: { "glm-6": { provider: "zai", rolling_tokens: 10 } } });
    expect(engine.models()).toEqual(["glm-6", "glm-4.7"]);
    expect(engine.quotaKey("glm-4.7")).toBe("other");
    expect(engine.assess(ask)).toMatchObject({ usedTokens: 600, constraints: [] });
    expect(engine.assess({ ...ask, model: "glm-6" }).binding?.headroomTokens).toBe(10);
  });

  it("changes the kind of a window on the counts it has", () => {
    const engine = buildEngine(ONE_CAP);
    engine.record(buildRecord(600, T0 + 7000), T0 + 7000);
    const anchored: QuotasFile = {
      models: {
        "glm-4.7": {
          provider: "zai",
          rolling_tokens: 1000,
          rolling_kind: "anchored",
          weekly_kind: "fixed",
          weekly_anchor: "mon 09:00",
        },
      },
    };
    reload(engine, anchored, T0 + HOUR);
    const { rolling, weekly } = engine.assess({ ...ask, nowMs: T0 + HOUR });
    expect([rolling.usedTokens, rolling.resetAtMs]).toEqual([600, T0 + 7000 + 5 * HOUR]);
    // The week began at 09:00, an hour after the request.
    expect([weekly.usedTokens, weekly.resetAtMs]).toEqual([0, T0 + HOUR + 7 * DAY]);
  });

  it("changes the length of the windows, keeping what they still cover", () => {
    const engine = buildEngine(ONE_CAP);
    for (const hoursAgo of [30, 3, 1]) engine.record(buildRecord(100, T0 - hoursAgo * HOUR), T0);
    engine.observeWindows("zai", null, [buildReading({ resetAtMs: T0 + HOUR })], T0);
    reload(engine, { ...ONE_CAP, windows: { rolling_seconds: 7200, weekly_seconds: 86_400 } });
    const { rolling, weekly } = engine.assess(ask);
    expect([rolling.usedTokens, weekly.usedTokens]).toEqual([100, 200]);
    expect(engine.assess({ ...ask, nowMs: T0 + HOUR + 2 * MINUTE }).rolling.usedTokens).toBe(0);
    reload(engine, ONE_CAP, T0 + 2 * HOUR);
    expect(
      engine.modelUsage("glm-4.7", { cooldownActive: false, cooldownNextTs: null }, T0 + 2 * HOUR),
    ).toMatchObject({
      weekly_used_tokens: 200,
      speeds: { weekly_samples: 3 },
    });
  });

  it("counts a new pool, or one with other members, from what its members counted", () => {
    const engine = buildEngine();
    engine.record(buildRecord(600, T0), T0);
    engine.record(buildRecord(50, T0, { model: "glm-5" }), T0);
    engine.reserve({ ...ask, rid: "a", attempt: 1, predicted: 40, deadlineMs: T0 + HOUR }, T0);
    const pool = (models: string[], tokens: number): QuotasFile => ({
      pools: { plan: { provider: "zai", models, rolling_tokens: tokens } },
    });
    reload(engine, pool(["glm-*"], 1000));
    expect(engine.assess(ask).binding).toMatchObject({ usedTokens: 650, headroomTokens: 310 });
    reload(engine, pool(["glm-5"], 1000));
    expect(engine.assess(ask).binding).toBeNull();
    expect(engine.assess({ ...ask, model: "glm-5" }).binding).toMatchObject({
      usedTokens: 50,
      headroomTokens: 950,
    });
    reload(engine, pool(["glm-5"], 100));
    expect(engine.assess({ ...ask, model: "glm-5" }).binding).toMatchObject({
      usedTokens: 50,
      headroomTokens: 50,
    });
    engine.settle("a", 1, null, T0);
    reload(engine, pool(["glm-*"], 1000));
    expect(engine.assess(ask).binding).toMatchObject({ usedTokens: 650, headroomTokens: 350 });
  });
});
