import { describe, expect, it } from "vitest";
import {
  buildEngine,
  buildLimit,
  buildReading,
  buildRecord,
  HOUR,
  MINUTE,
  ONE_CAP,
  T0,
} from "../testing/build.ts";
import type { QuotaEngine } from "../types.ts";
import type { OthersView } from "./shared-types.ts";

const MODEL = { lane: "zai", model: "glm-4.7" };
const SCOPE = "model:zai:glm-4.7";

function hear(engine: QuotaEngine, over: Partial<OthersView>, nowMs: number = T0, gateways = 4): void {
  const view = {
    scope: SCOPE,
    window: "rolling" as const,
    usedTokens: 0,
    heldTokens: 0,
    startMs: null,
    ...over,
  };
  engine.shared.observeOthers("zai", "glm-4.7", [view], gateways, nowMs);
}

function assess(engine: QuotaEngine, nowMs: number = T0, predicted = 0) {
  return engine.assess({ ...MODEL, predicted, nowMs });
}

describe("what other gateways use", () => {
  it("counts like our own, and is shown as the plan's", () => {
    const engine = buildEngine(ONE_CAP);
    engine.record(buildRecord(300, T0), T0);
    hear(engine, { usedTokens: 400, heldTokens: 100 });
    const { rolling, headroomTokens, reservedTokens, blocked } = assess(engine);
    expect(rolling).toMatchObject({ usedTokens: 700, usedPct: 0.7, headroomPct: 0.2 });
    expect({ headroomTokens, reservedTokens, blocked }).toEqual({
      headroomTokens: 200,
      reservedTokens: 100,
      blocked: false,
    });
    expect(assess(engine, T0, 200).blocked).toBe(true);
    expect(engine.laneWindows("zai", T0)[0]).toMatchObject({ name: "5h", used_pct: 0.7 });
  });

  it("is replaced by what is heard next, and is at least what it was while not all have told", () => {
    const engine = buildEngine(ONE_CAP);
    hear(engine, { usedTokens: 400 });
    hear(engine, { usedTokens: 100, atLeast: true });
    expect(assess(engine).usedTokens).toBe(400);
    hear(engine, { usedTokens: 100 });
    expect(assess(engine).usedTokens).toBe(100);
  });

  it("has left a sliding window once that has passed, and an anchored one when it ends", () => {
    const engine = buildEngine(ONE_CAP);
    hear(engine, { usedTokens: 400 });
    expect(assess(engine, T0 + 5 * HOUR - 1).usedTokens).toBe(400);
    expect(assess(engine, T0 + 5 * HOUR).usedTokens).toBe(0);
    const anchored = buildEngine({
      models: { "glm-4.7": { provider: "zai", rolling_tokens: 1000, rolling_kind: "anchored" } },
    });
    hear(anchored, { usedTokens: 400, startMs: T0 - 4 * HOUR });
    expect(assess(anchored, T0 + HOUR - 1).usedTokens).toBe(400);
    expect(assess(anchored, T0 + HOUR).usedTokens).toBe(0);
  });

  it("is nothing for scopes that are not ours, and takes no room for names nobody counted", () => {
    const engine = buildEngine({ models: { "glm-*": { provider: "zai", rolling_tokens: 1000 } } });
    hear(engine, { scope: "model:zai:other", usedTokens: 400 });
    hear(engine, { usedTokens: 0 });
    expect(engine.models()).toEqual([]);
    hear(engine, { usedTokens: 999 });
    expect(assess(engine, T0, 2).blocked).toBe(true);
  });

  it("belongs to what a quota 429 teaches about the cap", () => {
    const engine = buildEngine(ONE_CAP);
    engine.record(buildRecord(100, T0), T0);
    hear(engine, { usedTokens: 500 });
    for (let n = 1; n <= 5; n += 1) {
      engine.observeLimit({ ...MODEL, signal: buildLimit({ scope: "model" }), nowMs: T0 + n });
    }
    expect(engine.calibration("zai", "glm-4.7", T0 + 9)).toMatchObject({
      bias: 0.6,
      biasSamples: 5,
    });
  });

  it("is taken as it was then where a limit is played again", () => {
    const engine = buildEngine(ONE_CAP);
    engine.record(buildRecord(100, T0), T0);
    hear(engine, { usedTokens: 500 });
    const others = engine.shared.usedByOthers("zai", "glm-4.7", T0);
    expect(others).toEqual([{ scope: SCOPE, window: "rolling", usedTokens: 500 }]);
    const restarted = buildEngine(ONE_CAP);
    restarted.record(buildRecord(100, T0), T0);
    restarted.observeLimit({ ...MODEL, signal: buildLimit({ scope: "model" }), nowMs: T0, others });
    expect(restarted.calibration("zai", "glm-4.7", T0)).toMatchObject({ bias: 0.6 });
  });

  it("keeps spans of a declared ratio from being measured by our tokens alone", () => {
    const learned = (gateways: number): number => {
      const engine = buildEngine(ONE_CAP);
      for (let n = 0; n < 10; n += 1) {
        const nowMs = T0 + n * MINUTE;
        engine.observeWindows(
          "zai",
          "glm-4.7",
          [buildReading({ usedRatio: 0.05 * n, resetAtMs: T0 + 5 * HOUR })],
          nowMs,
        );
        engine.record(buildRecord(50, nowMs), nowMs);
        hear(engine, {}, nowMs, gateways);
      }
      return engine.learnedUnits("zai", T0 + HOUR)[0]?.spans ?? 0;
    };
    expect(learned(1)).toBe(9);
    expect(learned(2)).toBe(0);
  });
});

describe("standing alone", () => {
  it("leaves each gateway its share of the room that was left, until the others are heard again", () => {
    const engine = buildEngine(ONE_CAP);
    engine.record(buildRecord(300, T0), T0);
    hear(engine, { usedTokens: 300, heldTokens: 80 });
    engine.shared.standAlone(4, T0);
    expect(assess(engine)).toMatchObject({ headroomTokens: 80, usedTokens: 600 });
    engine.record(buildRecord(30, T0), T0);
    expect(assess(engine)).toMatchObject({ headroomTokens: 50, usedTokens: 630 });
    hear(engine, { usedTokens: 310 });
    expect(assess(engine)).toMatchObject({ headroomTokens: 360, usedTokens: 640 });
  });

  it("leaves the same share of a window that begins meanwhile", () => {
    const engine = buildEngine(ONE_CAP);
    hear(engine, { usedTokens: 900 });
    engine.shared.standAlone(4, T0);
    expect(assess(engine).headroomTokens).toBe(25);
    expect(assess(engine, T0 + 5 * HOUR).headroomTokens).toBe(250);
  });

  it("ends for all windows at once, and is nothing for one gateway", () => {
    const engine = buildEngine(ONE_CAP);
    hear(engine, { usedTokens: 400 });
    engine.shared.standAlone(4, T0);
    engine.shared.standAlone(1, T0);
    expect(assess(engine)).toMatchObject({ headroomTokens: 600, usedTokens: 400 });
  });
});

describe("what is told to others", () => {
  it("are the capped windows that bind a model, with our own count", () => {
    const engine = buildEngine({
      models: {
        "glm-4.7": { provider: "zai", rolling_tokens: 1000, reserve: { subagent: 0.1 } },
        "glm-5": { provider: "zai" },
      },
      pools: { plan: { provider: "zai", models: ["glm-*"], weekly_limit_value: 9000 } },
    });
    engine.record(buildRecord(300, T0), T0);
    hear(engine, { usedTokens: 50 });
    expect(engine.shared.windows({ ...MODEL, nowMs: T0, trafficClass: "subagent" })).toEqual([
      {
        scope: SCOPE,
        window: "rolling",
        lengthMs: 5 * HOUR,
        bucketMs: MINUTE,
        sinceMs: T0 - 5 * HOUR,
        ownStart: false,
        usedTokens: 300,
        limitTokens: 900,
      },
      {
        scope: "pool:zai:plan",
        window: "weekly",
        lengthMs: 168 * HOUR,
        bucketMs: 15 * MINUTE,
        sinceMs: T0 - 168 * HOUR,
        ownStart: false,
        usedTokens: 300,
        limitTokens: 9000,
      },
    ]);
    expect(engine.shared.windows({ ...MODEL, model: "glm-5", nowMs: T0 }).map(({ scope }) => scope)).toEqual([
      "pool:zai:plan",
    ]);
    expect(engine.shared.windows({ ...MODEL, lane: "anthropic", nowMs: T0 })).toEqual([]);
  });

  it("begin where a lane declared, and where the last declared one ended", () => {
    const engine = buildEngine(ONE_CAP);
    engine.record(buildRecord(300, T0), T0);
    engine.observeWindows("zai", "glm-4.7", [buildReading({ resetAtMs: T0 + HOUR })], T0);
    const begins = (nowMs: number) => {
      const [window] = engine.shared.windows({ ...MODEL, nowMs });
      return { sinceMs: window?.sinceMs, ownStart: window?.ownStart, usedTokens: window?.usedTokens };
    };
    expect(begins(T0)).toEqual({ sinceMs: T0 - 4 * HOUR, ownStart: false, usedTokens: 300 });
    expect(begins(T0 + 2 * HOUR)).toEqual({ sinceMs: T0 + HOUR, ownStart: false, usedTokens: 0 });
  });

  it("begin with the first request of anybody where nobody declares", () => {
    const file = {
      models: { "glm-4.7": { provider: "zai", rolling_tokens: 1000, rolling_kind: "anchored" as const } },
    };
    const engine = buildEngine(file);
    const begins = (nowMs: number) => {
      const [window] = engine.shared.windows({ ...MODEL, nowMs });
      return { sinceMs: window?.sinceMs, ownStart: window?.ownStart, usedTokens: window?.usedTokens };
    };
    expect(begins(T0)).toEqual({ sinceMs: null, ownStart: true, usedTokens: 0 });
    engine.record(buildRecord(300, T0), T0);
    expect(begins(T0)).toEqual({ sinceMs: T0, ownStart: true, usedTokens: 300 });
    hear(engine, { startMs: T0 - HOUR });
    expect(begins(T0)).toEqual({ sinceMs: T0 - HOUR, ownStart: true, usedTokens: 300 });
    expect(begins(T0 + 4 * HOUR)).toEqual({ sinceMs: null, ownStart: true, usedTokens: 0 });
  });

  it("are a record's tokens as each scope weighs them", () => {
    const engine = buildEngine({
      models: { "glm-4.7": { provider: "zai", rolling_tokens: 1000, weights: { input: 2 } } },
      pools: { plan: { provider: "zai", models: ["glm-*"], rolling_tokens: 9000 } },
    });
    const record = buildRecord(100, T0);
    expect(engine.shared.costs(record).map(({ scope, tokens }) => [scope, tokens])).toEqual([
      [SCOPE, 200],
      ["pool:zai:plan", 100],
    ]);
    expect(assess(engine).usedTokens).toBe(0);
  });

  it("is everything that was counted, with the newest time it can have been", () => {
    const engine = buildEngine(ONE_CAP);
    engine.record(buildRecord(300, T0 + 10_000), T0 + 10_000);
    engine.record(buildRecord(40, T0 + 20_000), T0 + 20_000);
    engine.record(buildRecord(7, T0 + 90_000), T0 + 90_000);
    expect(engine.shared.series(T0 + 90_000)).toEqual([
      {
        scope: SCOPE,
        window: "rolling",
        lengthMs: 5 * HOUR,
        bucketMs: MINUTE,
        rows: [
          { atMs: T0 + MINUTE - 1, tokens: 340 },
          { atMs: T0 + 90_000, tokens: 7 },
        ],
      },
    ]);
  });
});

it("what another gateway read of a lane is believed, and teaches nothing", () => {
  const engine = buildEngine(ONE_CAP);
  engine.record(buildRecord(300, T0), T0);
  for (let n = 1; n <= 5; n += 1) {
    const reading = buildReading({ usedRatio: 0.1 * n, resetAtMs: T0 + HOUR });
    engine.adoptWindows("zai", null, [reading], T0 + n * MINUTE);
  }
  expect(engine.laneWindows("zai", T0 + 5 * MINUTE)).toMatchObject([
    { name: "5h", used_pct: 0.5, reset_ts: (T0 + HOUR) / 1000 },
  ]);
  expect(engine.learnedUnits("zai", T0 + 5 * MINUTE)).toEqual([]);
  expect(engine.calibration("zai", "glm-4.7", T0 + 5 * MINUTE)).toMatchObject({
    biasSamples: 0,
    gapSamples: 0,
  });
  expect(assess(engine, T0 + HOUR).usedTokens).toBe(0);
});
