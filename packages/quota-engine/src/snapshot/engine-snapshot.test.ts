import { toQuotaConfig } from "@ccp/usage-contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createQuotaEngine } from "../create-quota-engine.ts";
import {
  buildEngine,
  buildLimit,
  buildReading,
  buildRecord,
  DAY,
  HOUR,
  MINUTE,
  T0,
} from "../testing/build.ts";
import type { QuotaEngine } from "../types.ts";

const FILE = {
  models: {
    "glm-4.7": { provider: "zai", rolling_tokens: 1000, weekly_limit_value: 5000 },
    "glm-5": {
      provider: "zai",
      rolling_tokens: 1000,
      rolling_kind: "anchored" as const,
      weekly_kind: "fixed" as const,
    },
  },
  pools: { plan: { provider: "zai", models: ["glm-*"], rolling_tokens: 9000 } },
};
const IDLE = { cooldownActive: false, cooldownNextTs: null };

/** An engine with something of everything in it. */
function busyEngine(): QuotaEngine {
  const engine = buildEngine(FILE);
  for (let i = 0; i < 40; i += 1) {
    const nowMs = T0 + i * 7 * MINUTE;
    engine.record(buildRecord(10 + i, nowMs, { bodyBytes: 100, localHour: i % 24 }), nowMs);
    engine.record(buildRecord(20, nowMs, { model: "glm-5", lane: i % 3 === 0 ? "anthropic" : "zai" }), nowMs);
    const reading = buildReading({ usedRatio: i / 100, resetAtMs: T0 + 5 * HOUR });
    engine.observeWindows("zai", "glm-4.7", [reading], nowMs);
  }
  const nowMs = T0 + 40 * 7 * MINUTE;
  engine.observeLimit({ lane: "zai", model: "glm-4.7", signal: buildLimit({ retryAfterMs: MINUTE }), nowMs });
  const scoped = buildReading({ name: "7d_oi", scope: "model", usedRatio: 0.5, resetAtMs: T0 + DAY });
  engine.observeWindows("anthropic", "glm-5", [scoped], nowMs);
  engine.reserve(
    { rid: "a", attempt: 1, lane: "zai", model: "glm-4.7", predicted: 50, deadlineMs: nowMs + DAY },
    nowMs,
  );
  engine.settle("a", 1, null, nowMs);
  return engine;
}

/** All that an engine shows, without the session, which a restored one begins anew. */
function shown(engine: QuotaEngine, nowMs: number): unknown {
  const models = engine.models().map((model) => {
    const { speeds, ...usage } = engine.modelUsage(model, IDLE, nowMs);
    return { model, usage, speeds: { ...speeds, session: null } };
  });
  return {
    models,
    assessments: ["zai", "anthropic"].flatMap((lane) =>
      ["glm-4.7", "glm-5"].map((model) => engine.assess({ lane, model, predicted: 10, nowMs })),
    ),
    predictions: engine.predict({ lane: "zai", model: "glm-4.7", bodyBytes: 1000, maxTokens: null }),
    windows: ["zai", "anthropic"].map((lane) => engine.laneWindows(lane, nowMs)),
    units: engine.learnedUnits("zai", nowMs),
    calibration: engine.calibration("zai", "glm-4.7", nowMs),
  };
}

describe("snapshot and restore", () => {
  it.each([0, MINUTE, 3 * HOUR, 2 * DAY, 30 * DAY])(
    "show the same %d ms later as if nothing had happened",
    (laterMs) => {
      const engine = busyEngine();
      const json = JSON.parse(JSON.stringify(engine.snapshot())) as unknown;
      const nowMs = T0 + 40 * 7 * MINUTE + laterMs;
      const restored = buildEngine(FILE);
      expect(restored.restore(json, nowMs)).toEqual({
        restored: true,
        savedAtMs: T0 + 40 * 7 * MINUTE,
        skipped: 0,
      });
      expect(shown(restored, nowMs)).toEqual(shown(engine, nowMs));
    },
  );

  it("is plain JSON", () => {
    const snapshot = busyEngine().snapshot();
    expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
  });

  it("of an engine that was never used restores nothing", () => {
    const engine = buildEngine(FILE);
    expect(engine.restore(buildEngine(FILE).snapshot(), T0)).toEqual({
      restored: true,
      savedAtMs: null,
      skipped: 0,
    });
    expect(engine.models()).toEqual(["glm-4.7", "glm-5"]);
  });

  it("leaves leases out", () => {
    const engine = buildEngine(FILE);
    const ask = { lane: "zai", model: "glm-4.7", predicted: 0, nowMs: T0 };
    engine.reserve({ ...ask, rid: "a", attempt: 1, predicted: 50, deadlineMs: T0 + DAY }, T0);
    const restored = buildEngine(FILE);
    restored.restore(engine.snapshot(), T0);
    expect(restored.assess(ask).reservedTokens).toBe(0);
    expect(restored.settle("a", 1, null, T0)).toBe(false);
    // The engine's own leases stay.
    engine.restore(restored.snapshot(), T0);
    expect(engine.assess(ask).reservedTokens).toBe(50);
    expect(engine.settle("a", 1, null, T0)).toBe(true);
    expect(engine.assess(ask).reservedTokens).toBe(0);
  });

  it("is read under other quotas: kinds, lengths, lanes and pools as they are now", () => {
    const json = busyEngine().snapshot();
    const nowMs = T0 + 40 * 7 * MINUTE;
    const engine = createQuotaEngine({
      config: toQuotaConfig({
        windows: { rolling_seconds: 7200 },
        models: { "glm-4.7": { provider: "zai", rolling_tokens: 1000, rolling_kind: "anchored" } },
      }),
    });
    expect(engine.restore(json, nowMs)).toMatchObject({ restored: true, skipped: 0 });
    // 17 of the 40 records lie within the last two hours.
    const { rolling, weekly } = engine.assess({ lane: "zai", model: "glm-4.7", predicted: 0, nowMs });
    expect([rolling.usedTokens, weekly.usedTokens]).toEqual([697, 1180]);
  });

  it("keeps a week that began with its first request, and takes a week that is configured anew", () => {
    const weekly = (anchor?: string) => ({
      models: { "glm-4.7": { provider: "zai", weekly_kind: "fixed" as const, weekly_anchor: anchor } },
    });
    const engine = buildEngine(weekly());
    for (const days of [0, 4, 8, 10]) engine.record(buildRecord(10, T0 + days * DAY), T0 + days * DAY);
    const nowMs = T0 + 10 * DAY;
    const weekOf = (file: ReturnType<typeof weekly>) => {
      const restored = buildEngine(file);
      restored.restore(engine.snapshot(), nowMs);
      const { usedTokens, resetAtMs } = restored.assess({
        lane: "zai",
        model: "glm-4.7",
        predicted: 0,
        nowMs,
      }).weekly;
      return [usedTokens, ((resetAtMs ?? 0) - T0) / DAY];
    };
    expect(weekOf(weekly())).toEqual([20, 14]);
    // Thursday 08:00, where T0 is a Monday 08:00.
    expect(weekOf(weekly("thu 08:00"))).toEqual([10, 17]);
  });

  it("restores behind a clock that was set back in between, keeping ages", () => {
    const engine = buildEngine(FILE);
    engine.record(buildRecord(100, T0), T0);
    const restored = buildEngine(FILE);
    const back = T0 - 3 * DAY;
    restored.restore(engine.snapshot(), back);
    const ask = { lane: "zai", model: "glm-4.7", predicted: 0 };
    expect(restored.assess({ ...ask, nowMs: back })).toMatchObject({
      usedTokens: 100,
      rolling: { etaSec: 18_000 },
    });
    expect(restored.assess({ ...ask, nowMs: back + 5 * HOUR + MINUTE }).rolling.usedTokens).toBe(0);
  });

  it("goes on with the session of the snapshot only where it is told to", () => {
    const nowMs = T0 + 5 * HOUR;
    const old = busyEngine();
    const speeds = (engine: QuotaEngine) => engine.modelUsage("glm-4.7", IDLE, nowMs).speeds.session;
    const goesOn = buildEngine(FILE);
    goesOn.restore(JSON.parse(JSON.stringify(old.snapshot())), nowMs, { keepSession: true });
    expect(speeds(goesOn)).toEqual(speeds(old));
    const anew = buildEngine(FILE);
    anew.restore(old.snapshot(), nowMs);
    expect(speeds(anew).total_dirty_tps).toBeNull();
  });

  it("keeps where the session began", () => {
    const options = { config: toQuotaConfig(FILE) };
    const old = createQuotaEngine({ ...options, sessionStartMs: T0 });
    const later = createQuotaEngine({ ...options, sessionStartMs: T0 + HOUR });
    later.restore(old.snapshot(), T0 + HOUR, { keepSession: true });
    later.record(buildRecord(10, T0 + MINUTE), T0 + HOUR);
    expect(later.modelUsage("glm-4.7", IDLE, T0 + HOUR).speeds.session.in_dirty_tps).toBe(10);
  });

  it.each([
    [null, "the snapshot is not an object"],
    ["x", "the snapshot is not an object"],
    [[], "the snapshot is not an object"],
    [{}, "expected snapshot version 1, found none"],
    [{ version: 2 }, "expected snapshot version 1, found 2"],
    [{ version: 1 }, "the snapshot's clock cannot be read"],
    [{ version: 1, clock: { offsetMs: 1e300 } }, "the snapshot's clock cannot be read"],
    [{ version: 1, clock: { offsetMs: 0, highWaterMs: 1e300 } }, "the snapshot's clock cannot be read"],
  ])("ignores %j: %s", (snapshot, reason) => {
    const engine = buildEngine(FILE);
    engine.record(buildRecord(100, T0), T0);
    expect(engine.restore(snapshot, T0)).toEqual({ restored: false, reason });
    expect(engine.assess({ lane: "zai", model: "glm-4.7", predicted: 0, nowMs: T0 }).usedTokens).toBe(100);
  });

  it("never throws and never counts below 0, whatever was done to it", () => {
    const base = JSON.stringify(busyEngine().snapshot());
    const paths = pathsOf(JSON.parse(base));
    const junk = fc.oneof(
      fc.constant(null),
      fc.constant(-5),
      fc.constant("x"),
      fc.constant([]),
      fc.constant({}),
      fc.double(),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(paths.length - 1), junk), { maxLength: 8 }), (damage) => {
        const snapshot = JSON.parse(base) as unknown;
        for (const [index, value] of damage) replaceAt(snapshot, paths[index] ?? [], value);
        const engine = buildEngine(FILE);
        const result = engine.restore(snapshot, T0 + 5 * HOUR);
        expect(typeof result.restored).toBe("boolean");
        for (const model of engine.models()) {
          const usage = engine.modelUsage(model, IDLE, T0 + 5 * HOUR);
          expect(usage.rolling_used_tokens >= 0 && usage.weekly_used_tokens >= 0).toBe(true);
          expect(usage.eta_rolling_sec >= 0).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });
});

function pathsOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key]))];
}

function replaceAt(root: unknown, path: readonly string[], value: unknown): void {
  let holder = root as Record<string, unknown> | undefined;
  for (const key of path.slice(0, -1)) holder = holder?.[key] as Record<string, unknown> | undefined;
  const last = path.at(-1);
  if (last !== undefined && typeof holder === "object" && holder !== null) holder[last] = value;
}
