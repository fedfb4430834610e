import { toQuotaConfig } from "@ccp/usage-contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  buildCounts,
  buildEngine,
  buildReading,
  buildRecord,
  DAY,
  HOUR,
  MINUTE,
  ONE_CAP,
  T0,
} from "../testing/build.ts";
import { MAX_SEEN_MODELS } from "./ledger.ts";

const ask = { lane: "zai", model: "glm-4.7", predicted: 0, nowMs: T0 };

describe("models", () => {
  it("are those a quota names, then those seen, under one key for all spellings", () => {
    const engine = buildEngine({
      models: {
        "Claude-Haiku-4-5": { provider: "zai" },
        "glm-*": { provider: "zai" },
        "glm-4.7": { provider: "zai" },
      },
    });
    expect(engine.models()).toEqual(["Claude-Haiku-4-5", "glm-4.7"]);
    for (const model of ["GLM-4-7", "glm-4.7[1m]", "claude-haiku-4.5-20251001", "GLM-5", "glm-5"]) {
      engine.record(buildRecord(10, T0, { model }), T0);
    }
    expect(engine.models()).toEqual(["Claude-Haiku-4-5", "glm-4.7", "glm-5"]);
    expect(engine.assess(ask).rolling.usedTokens).toBe(20);
  });

  it("that are only asked about do not count among them", () => {
    const engine = buildEngine();
    engine.assess(ask);
    engine.predict({ lane: "zai", model: "glm-5", bodyBytes: 10, maxTokens: null });
    engine.quotaKey("glm-6");
    expect(engine.models()).toEqual([]);
    engine.reserve({ ...ask, rid: "a", attempt: 1, deadlineMs: T0 + HOUR }, T0);
    expect(engine.models()).toEqual(["glm-4.7"]);
  });

  it("asked about under two spellings are one when counted", () => {
    const engine = buildEngine();
    engine.assess({ ...ask, model: "GLM-4-7" });
    engine.assess(ask);
    engine.record(buildRecord(10, T0, { model: "GLM-4-7" }), T0);
    engine.record(buildRecord(10, T0), T0);
    expect(engine.assess(ask).usedTokens).toBe(20);
    expect(engine.assess({ ...ask, model: "GLM-4-7" }).usedTokens).toBe(20);
  });

  it("named twice by the quotas stand once; the first one counts", () => {
    const engine = buildEngine({
      models: {
        "GLM-4-7": { provider: "zai", rolling_tokens: 5 },
        "glm-4.7": { provider: "zai", rolling_tokens: 9 },
      },
    });
    expect(engine.models()).toEqual(["GLM-4-7"]);
    expect(engine.assess(ask).rolling.capacityTokens).toBe(5);
  });

  it("counted together fall under no quota, also after a reload and a restore", () => {
    const file = { models: { "*": { provider: "zai", rolling_tokens: 10 } } };
    const engine = buildEngine(file);
    for (let i = 0; i < MAX_SEEN_MODELS + 9; i += 1)
      engine.record(buildRecord(9, T0, { model: `model-x${i}` }), T0);
    const restored = buildEngine(file);
    restored.restore(engine.snapshot(), T0);
    engine.reconfigure(toQuotaConfig(file), T0);
    for (const each of [engine, restored]) {
      expect(each.models()).toHaveLength(MAX_SEEN_MODELS + 1);
      expect(each.assess({ ...ask, model: "other" })).toMatchObject({ usedTokens: 81, constraints: [] });
      expect(each.assess({ ...ask, model: "model-x0" }).binding?.headroomTokens).toBe(1);
    }
  });

  it("beyond 200 are counted together, whatever clients send", () => {
    const engine = buildEngine(ONE_CAP);
    for (let i = 0; i < MAX_SEEN_MODELS + 50; i += 1) {
      engine.record(buildRecord(1, T0, { model: `model-x${i}` }), T0);
    }
    engine.record(buildRecord(1, T0, { model: "y".repeat(100_000) }), T0);
    expect(engine.models()).toHaveLength(1 + MAX_SEEN_MODELS + 1);
    expect(engine.models().at(-1)).toBe("other");
    expect(engine.assess({ ...ask, model: "other" }).usedTokens).toBe(51);
    engine.record(buildRecord(7, T0), T0);
    expect(engine.assess(ask).usedTokens).toBe(7);
  });
});

describe("a glob quota", () => {
  it("is a template: each model counts for itself; an exact key beats it wherever it stands", () => {
    const engine = buildEngine({
      models: {
        "glm-*": { provider: "zai", rolling_tokens: 1000 },
        "glm-4.7": { provider: "zai", rolling_tokens: 50 },
      },
    });
    engine.record(buildRecord(900, T0, { model: "glm-5" }), T0);
    expect(engine.assess({ ...ask, model: "glm-5" }).binding?.headroomTokens).toBe(100);
    expect(engine.assess({ ...ask, model: "glm-6" }).binding?.headroomTokens).toBe(1000);
    expect(engine.assess(ask).binding?.headroomTokens).toBe(50);
    expect(["glm-5", "glm-4-7", "gpt-5"].map((model) => engine.quotaKey(model))).toEqual([
      "glm-*",
      "glm-4.7",
      "other",
    ]);
  });
});

describe("a record", () => {
  it.each([Number.NaN, -5, Number.POSITIVE_INFINITY, 10_000_001, 2 ** 53])(
    "counts 0 for %d tokens",
    (bad) => {
      const engine = buildEngine(ONE_CAP);
      const counts = buildCounts({ inputTokens: bad, outputTokens: 7, cacheReadTokens: bad });
      engine.record(buildRecord(0, T0, { counts }), T0);
      expect(engine.assess(ask).usedTokens).toBe(7);
    },
  );

  it("rounds a guess up", () => {
    const engine = buildEngine(ONE_CAP);
    engine.record(buildRecord(1.2, T0, { estimated: true }), T0);
    expect(engine.assess(ask).usedTokens).toBe(2);
  });

  it("from ahead, or without a time, counts as now", () => {
    const engine = buildEngine(ONE_CAP);
    engine.record(buildRecord(10, T0 + DAY), T0);
    engine.record(buildRecord(10, Number.NaN), T0);
    expect(engine.assess(ask).usedTokens).toBe(20);
    expect(engine.assess({ ...ask, nowMs: T0 + 5 * HOUR + MINUTE }).usedTokens).toBe(0);
  });

  it("of an old log counts at its own time", () => {
    const engine = buildEngine(ONE_CAP);
    for (const hoursAgo of [200, 100, 6, 4, 1]) engine.record(buildRecord(10, T0 - hoursAgo * HOUR), T0);
    const assessment = engine.assess(ask);
    expect([assessment.rolling.usedTokens, assessment.weekly.usedTokens]).toEqual([20, 40]);
    expect(assessment.rolling.etaSec).toBe(3600);
  });
});

describe("a clock that jumps", () => {
  const year = 365 * DAY;

  it.each([
    ["−2 h", [-2 * HOUR]],
    ["+6 h", [6 * HOUR]],
    ["+1 year and back", [year, -year]],
    ["over 29 February", [(31 + 28) * DAY + 785 * DAY]],
    ["back and forth", [-DAY, DAY, -2 * DAY, 3 * DAY]],
  ])("%s: nothing is negative, and what was counted expires", (_name, jumps) => {
    const engine = buildEngine(ONE_CAP);
    let nowMs = T0;
    engine.record(buildRecord(100, nowMs), nowMs);
    for (const jump of jumps) {
      nowMs += jump;
      const { usedTokens, rolling, weekly } = engine.assess({ ...ask, nowMs });
      expect(usedTokens >= 0 && rolling.usedTokens >= 0 && weekly.usedTokens >= 0).toBe(true);
      engine.record(buildRecord(100, nowMs), nowMs);
    }
    const last = nowMs;
    expect(engine.assess({ ...ask, nowMs: last }).usedTokens >= 100).toBe(true);
    expect(engine.assess({ ...ask, nowMs: last + 5 * HOUR + MINUTE }).usedTokens).toBe(0);
    expect(engine.assess({ ...ask, nowMs: last + 7 * DAY + 15 * MINUTE }).weekly.usedTokens).toBe(0);
  });

  it("back by hours keeps what was counted, and its age", () => {
    const engine = buildEngine(ONE_CAP);
    engine.record(buildRecord(100, T0), T0);
    const back = T0 + HOUR - 2 * HOUR;
    engine.assess({ ...ask, nowMs: T0 + HOUR });
    expect(engine.assess({ ...ask, nowMs: back })).toMatchObject({
      usedTokens: 100,
      rolling: { etaSec: 4 * 3600 },
    });
    expect(engine.assess({ ...ask, nowMs: back }).rolling.resetAtMs).toBe(back + 4 * HOUR);
    expect(engine.assess({ ...ask, nowMs: back + 4 * HOUR + MINUTE }).usedTokens).toBe(0);
  });

  it("keeps between the exact sums of a plain log, for any jumps", () => {
    const step = fc.record({
      deltaMs: fc.oneof(
        { weight: 6, arbitrary: fc.integer({ min: 0, max: HOUR }) },
        { weight: 1, arbitrary: fc.integer({ min: -MINUTE, max: -1 }) },
        { weight: 1, arbitrary: fc.integer({ min: -10 * DAY, max: -MINUTE - 1 }) },
        { weight: 1, arbitrary: fc.integer({ min: HOUR, max: 10 * DAY }) },
      ),
      tokens: fc.integer({ min: 0, max: 1000 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const engine = buildEngine(ONE_CAP);
        // The plain log keeps ages: time that passes is what the wall clock gained, never less than 0.
        const log: { atMs: number; tokens: number }[] = [];
        let wallMs = T0;
        let highMs = T0;
        let passedMs = 0;
        for (const { deltaMs, tokens } of steps) {
          wallMs += deltaMs;
          if (wallMs > highMs) {
            passedMs += wallMs - highMs;
            highMs = wallMs;
          } else if (highMs - wallMs > MINUTE) {
            highMs = wallMs;
          }
          engine.record(buildRecord(tokens, wallMs), wallMs);
          log.push({ atMs: passedMs, tokens });
          const exact = (lengthMs: number) =>
            log.reduce((sum, event) => sum + (event.atMs > passedMs - lengthMs ? event.tokens : 0), 0);
          const { rolling, weekly } = engine.assess({ ...ask, nowMs: wallMs });
          // A record a moment behind counts up to a minute early: at its own wall time.
          expect(rolling.usedTokens >= exact(5 * HOUR - MINUTE)).toBe(true);
          expect(rolling.usedTokens <= exact(5 * HOUR + MINUTE)).toBe(true);
          expect(weekly.usedTokens >= exact(7 * DAY - MINUTE)).toBe(true);
          expect(weekly.usedTokens <= exact(7 * DAY + 15 * MINUTE)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});

it("counts what is told late in the windows, not as use since a reading that held it already", () => {
  const engine = buildEngine(ONE_CAP);
  engine.observeWindows("zai", "glm-4.7", [buildReading({ usedRatio: 0.5, resetAtMs: T0 + HOUR })], T0);
  engine.record(buildRecord(100, T0 - MINUTE), T0 + MINUTE);
  engine.record(buildRecord(7, T0 + MINUTE), T0 + MINUTE);
  expect(engine.snapshot().lanes[0]?.windows[0]?.sinceTokens).toBe(7);
  expect(engine.assess({ ...ask, nowMs: T0 + MINUTE }).rolling.usedTokens).toBe(107);
});
