import type { QuotasFile } from "@ccp/usage-contract";
import { TRAFFIC_CLASSES, type TrafficClass } from "@ccp/usage-contract/core";
import { describe, expect, it } from "vitest";
import { buildEngine, buildLimit, buildReading, buildRecord, HOUR, MINUTE, T0 } from "../testing/build.ts";
import type { Assessment, QuotaEngine } from "../types.ts";
import { UNDATED_BLOCK_MS } from "./declared-windows.ts";

const ask = { lane: "zai", model: "glm-4.7", predicted: 0, nowMs: T0 };
const reserve = { subagent: 0.1, background: 0.3 };
const KEEPING: QuotasFile = { models: { "glm-4.7": { provider: "zai", rolling_tokens: 1000, reserve } } };

function state(assessment: Assessment): string {
  return assessment.blocked ? "blocked" : assessment.warned ? "warned" : "open";
}

function states(engine: QuotaEngine, over: Partial<typeof ask> = {}): string[] {
  return TRAFFIC_CLASSES.map((trafficClass) => state(engine.assess({ ...ask, ...over, trafficClass })));
}

describe("a cap with a reserve, warned at 0.8", () => {
  it.each([
    // used, then predicted: the main agent, subagents (of 900), background (of 700)
    [0, 0, "open", "open", "open"],
    [559, 0, "open", "open", "open"],
    [560, 0, "open", "open", "warned"],
    [699, 0, "open", "open", "warned"],
    [699, 1, "open", "open", "blocked"],
    [700, 0, "open", "open", "blocked"],
    [719, 0, "open", "open", "blocked"],
    [721, 0, "open", "warned", "blocked"],
    [800, 99, "warned", "warned", "blocked"],
    [800, 100, "warned", "blocked", "blocked"],
    [900, 99, "warned", "blocked", "blocked"],
    [900, 100, "blocked", "blocked", "blocked"],
  ])("%d of 1000 used, %d more: %s, %s, %s", (used, predicted, ...expected) => {
    const engine = buildEngine(KEEPING);
    engine.record(buildRecord(used, T0), T0);
    expect(states(engine, { predicted })).toEqual(expected);
  });

  it("is never another for the main agent than one without", () => {
    const plain = buildEngine({ models: { "glm-4.7": { provider: "zai", rolling_tokens: 1000 } } });
    const keeping = buildEngine(KEEPING);
    for (const tokens of [100, 500, 250, 100, 100]) {
      for (const engine of [plain, keeping]) engine.record(buildRecord(tokens, T0), T0);
      const expected = plain.assess(ask);
      expect(keeping.assess(ask)).toEqual(expected);
      expect(keeping.assess({ ...ask, trafficClass: "main" })).toEqual(expected);
      expect(plain.assess({ ...ask, trafficClass: "background" })).toEqual(expected);
    }
  });

  it("shows what is kept free, and the room that is left for the class", () => {
    const engine = buildEngine(KEEPING);
    engine.record(buildRecord(400, T0), T0);
    engine.reserve({ ...ask, rid: "r", attempt: 1, predicted: 50, deadlineMs: T0 + HOUR }, T0);
    const { binding, headroomTokens, rolling } = engine.assess({ ...ask, trafficClass: "background" });
    expect(binding).toMatchObject({
      capacityTokens: 1000,
      effectiveCapacityTokens: 700,
      headroomTokens: 250,
      usedPct: 0.4,
      keptFree: 0.3,
    });
    expect(headroomTokens).toBe(250);
    expect(rolling).toMatchObject({ capacityTokens: 1000, headroomPct: 0.55 });
    expect(engine.assess(ask).binding).not.toHaveProperty("keptFree");
  });

  it("keeps a share of what the plan really holds, once that is learned", () => {
    const engine = buildEngine(KEEPING);
    engine.record(buildRecord(600, T0), T0);
    for (let i = 0; i < 5; i += 1) {
      engine.observeLimit({ lane: "zai", model: "glm-4.7", signal: buildLimit(), nowMs: T0 });
    }
    const later = { ...ask, nowMs: T0 + 6 * HOUR };
    expect(engine.assess(later).binding?.effectiveCapacityTokens).toBe(600);
    const { binding } = engine.assess({ ...later, trafficClass: "subagent" });
    expect(binding?.effectiveCapacityTokens).toBe(540);
  });

  it("of all of it is never open to that class, and always to the others", () => {
    const engine = buildEngine({
      models: { "glm-4.7": { provider: "zai", rolling_tokens: 1000, reserve: { background: 1 } } },
    });
    expect(states(engine)).toEqual(["open", "open", "blocked"]);
    expect(engine.assess({ ...ask, trafficClass: "background" }).headroomTokens).toBe(0);
  });

  it("holds on its own lane alone", () => {
    const engine = buildEngine(KEEPING);
    engine.record(buildRecord(950, T0, { lane: "anthropic" }), T0);
    expect(states(engine, { lane: "anthropic" })).toEqual(["open", "open", "open"]);
  });
});

describe("a pool with a reserve", () => {
  it("keeps its own share beside its models'", () => {
    const engine = buildEngine({
      models: { "glm-4.7": { provider: "zai", rolling_tokens: 10_000, reserve } },
      pools: {
        plan: { provider: "zai", models: ["glm-*"], rolling_tokens: 1000, reserve: { background: 0.5 } },
      },
    });
    engine.record(buildRecord(450, T0), T0);
    expect(states(engine)).toEqual(["open", "open", "warned"]);
    engine.record(buildRecord(50, T0, { model: "glm-5" }), T0);
    expect(states(engine)).toEqual(["open", "open", "blocked"]);
    expect(engine.assess({ ...ask, trafficClass: "background" }).binding).toMatchObject({
      name: "pool:plan:rolling",
      keptFree: 0.5,
    });
  });
});

describe("a reserve of windows that the lane declares", () => {
  const uncapped: QuotasFile = { models: { "glm-*": { provider: "zai", reserve } } };

  function declaring(file: QuotasFile, usedRatio: number | null, resetAtMs: number | null): QuotaEngine {
    const engine = buildEngine(file);
    engine.observeWindows("zai", "glm-4.7", [buildReading({ usedRatio, resetAtMs })], T0);
    return engine;
  }

  it.each([
    [0.5, "open", "open", "open"],
    [0.57, "open", "open", "warned"],
    [0.7, "open", "open", "blocked"],
    [0.75, "open", "warned", "blocked"],
    [0.9, "warned", "blocked", "blocked"],
    [1, "blocked", "blocked", "blocked"],
  ])("%d used: %s, %s, %s", (usedRatio, ...expected) => {
    expect(states(declaring(uncapped, usedRatio, T0 + HOUR))).toEqual(expected);
  });

  it("blocks a class without calling the window spent, until the window resets", () => {
    const engine = declaring(uncapped, 0.7, T0 + HOUR);
    const { spentUntilMs, binding } = engine.assess({ ...ask, trafficClass: "background" });
    expect([spentUntilMs, binding?.name, binding?.keptFree]).toEqual([null, "lane:5h", 0.3]);
    expect(binding?.resetAtMs).toBe(T0 + HOUR);
    expect(states(engine, { nowMs: T0 + HOUR })).toEqual(["open", "open", "open"]);
  });

  it("is the largest among the model's rule and its pools", () => {
    const pools = {
      plan: { provider: "zai", models: ["glm-*"], reserve: { subagent: 0.4, background: 0.2 } },
    };
    expect(states(declaring({ ...uncapped, pools }, 0.65, T0 + HOUR))).toEqual(["open", "blocked", "warned"]);
    const elsewhere = { plan: { ...pools.plan, provider: "anthropic" } };
    const other = declaring({ ...uncapped, pools: elsewhere }, 0.65, T0 + HOUR);
    expect(states(other)).toEqual(["open", "open", "warned"]);
  });

  it("blocks nobody while the used share is unknown, or old and without a reset", () => {
    const all: QuotasFile = { models: { "glm-*": { provider: "zai", reserve: { background: 1 } } } };
    expect(states(declaring(all, null, T0 + HOUR))).toEqual(["open", "open", "open"]);
    const undated = declaring(uncapped, 0.8, null);
    expect(states(undated, { nowMs: T0 + UNDATED_BLOCK_MS - 1 })).toEqual(["warned", "warned", "blocked"]);
    expect(states(undated, { nowMs: T0 + UNDATED_BLOCK_MS })).toEqual(["warned", "warned", "warned"]);
  });

  it("keeps a share of the tokens that were learned", () => {
    const engine = buildEngine(uncapped);
    for (const percent of [0, 10, 20, 30, 40, 50]) {
      const reading = buildReading({ usedRatio: percent / 100, resetAtMs: T0 + HOUR });
      engine.observeWindows("zai", "glm-4.7", [reading], T0 + MINUTE);
      if (percent < 50) engine.record(buildRecord(1000, T0 + MINUTE), T0 + MINUTE);
    }
    const at = { ...ask, nowMs: T0 + MINUTE };
    const room = (trafficClass: TrafficClass): number | null =>
      engine.assess({ ...at, trafficClass }).headroomTokens;
    expect(TRAFFIC_CLASSES.map(room)).toEqual([5000, 4000, 2000]);
    expect(states(engine, { ...at, predicted: 2000 })).toEqual(["open", "open", "blocked"]);
  });
});
