import { LaneWindowSchema, ModelUsageSchema } from "@ccp/usage-contract";
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

const IDLE = { cooldownActive: false, cooldownNextTs: null };

async function issuesOf(
  schema: typeof ModelUsageSchema | typeof LaneWindowSchema,
  value: unknown,
): Promise<unknown> {
  return (await schema["~standard"].validate(value)).issues;
}

const counted = (used: number, capacity: number | null, pct: number | null) => ({
  rolling_used_tokens: used,
  rolling_capacity_tokens: capacity,
  rolling_pct: pct,
  eta_rolling_sec: expect.any(Number),
});
const weekly = (used: number, capacity: number | null, pct: number | null) => ({
  weekly_used_tokens: used,
  weekly_capacity_tokens: capacity,
  weekly_pct: pct,
  eta_weekly_sec: expect.any(Number),
});

describe("modelUsage", () => {
  const file = {
    models: {
      "claude-haiku-4.5": { provider: "zai", rolling_tokens: 1000, weekly_limit_value: 4000 },
      "glm-4.7": { provider: "zai" },
    },
  };

  it("shows a configured model before its first request", async () => {
    const engine = buildEngine(file);
    const usage = engine.modelUsage("claude-haiku-4.5", IDLE, T0);
    expect(await issuesOf(ModelUsageSchema, usage)).toBeUndefined();
    const { speeds: _, ...rest } = usage;
    expect(rest).toEqual({
      provider: "zai",
      rolling_in: 0,
      rolling_out: 0,
      rolling_pct: 0,
      weekly_pct: 0,
      reqs: 0,
      eta_rolling_sec: 0,
      eta_weekly_sec: 0,
      warn: false,
      block: false,
      rolling_used_tokens: 0,
      rolling_capacity_tokens: 1000,
      weekly_used_tokens: 0,
      weekly_capacity_tokens: 4000,
      reserved_tokens: 0,
      headroom_pct_rolling: 1,
      headroom_pct_weekly: 1,
      quota_headroom_pct: 1,
      weekly_hours: 0,
      warn_pct: 0.8,
      warn_pct_auto: 0.8,
      warn_pct_confidence: 0,
      gap_seconds_p50: null,
      gap_seconds_p95: null,
      gap_samples: 0,
      reroute_mode: "hybrid",
      cooldown_active: false,
      cooldown_next_ts: null,
      rate_15m_tokens_per_min: 0,
      lanes: {},
    });
  });

  it("tells raw and counted tokens of the quota's lane, and those of every lane", async () => {
    const engine = buildEngine(file);
    const counts = buildCounts({
      inputTokens: 100,
      outputTokens: 250,
      cacheCreationTokens: 50,
      cacheReadTokens: 3000,
    });
    engine.record(buildRecord(0, T0, { model: "claude-haiku-4-5-20251001", counts }), T0);
    engine.record(buildRecord(0, T0, { model: "claude-haiku-4.5", counts, lane: "anthropic" }), T0);
    engine.reserve(
      { rid: "a", attempt: 1, lane: "zai", model: "claude-haiku-4.5", predicted: 100, deadlineMs: T0 + HOUR },
      T0,
    );
    const usage = engine.modelUsage(
      "claude-haiku-4.5",
      { cooldownActive: true, cooldownNextTs: 12.5 },
      T0 + HOUR - 1,
    );
    expect(await issuesOf(ModelUsageSchema, usage)).toBeUndefined();
    expect(usage).toMatchObject({
      provider: "zai",
      rolling_in: 3150,
      rolling_out: 250,
      reqs: 1,
      rolling_used_tokens: 700,
      rolling_pct: 0.7,
      weekly_pct: 0.175,
      reserved_tokens: 100,
      headroom_pct_rolling: 0.2,
      headroom_pct_weekly: 0.8,
      quota_headroom_pct: 0.2,
      eta_rolling_sec: 14_400.001,
      cooldown_active: true,
      cooldown_next_ts: 12.5,
    });
    const raw = {
      reqs: 1,
      input_tokens: 100,
      output_tokens: 250,
      cache_creation_tokens: 50,
      cache_read_tokens: 3000,
    };
    expect(usage.lanes).toEqual({
      // The quota's weights and caps hold on its own lane; a fallback counts by the default ones, without a cap.
      zai: { ...raw, ...counted(700, 1000, 0.7), ...weekly(700, 4000, 0.175) },
      anthropic: { ...raw, ...counted(700, null, null), ...weekly(700, null, null) },
    });
  });

  it("warns and blocks by the router's thresholds while percentages stay raw and may pass 1", () => {
    const engine = buildEngine(file);
    engine.record(buildRecord(1300, T0, { model: "claude-haiku-4.5" }), T0);
    expect(engine.modelUsage("claude-haiku-4.5", IDLE, T0)).toMatchObject({
      rolling_pct: 1.3,
      headroom_pct_rolling: 0,
      warn: true,
      block: true,
    });
    const learned = buildEngine(file);
    learned.record(buildRecord(600, T0, { model: "claude-haiku-4.5" }), T0);
    for (let i = 0; i < 5; i += 1) {
      learned.observeLimit({ lane: "zai", model: "claude-haiku-4.5", signal: buildLimit(), nowMs: T0 });
    }
    expect(learned.modelUsage("claude-haiku-4.5", IDLE, T0)).toMatchObject({
      rolling_pct: 0.6,
      headroom_pct_rolling: 0.4,
      warn_pct_auto: 0.48,
      warn: true,
      block: true,
    });
  });

  it("has null where nothing is configured", () => {
    const engine = buildEngine(file);
    engine.record(buildRecord(600, T0), T0);
    expect(engine.modelUsage("glm-4.7", IDLE, T0)).toMatchObject({
      rolling_pct: null,
      weekly_pct: null,
      rolling_capacity_tokens: null,
      headroom_pct_rolling: null,
      quota_headroom_pct: null,
      warn: false,
      block: false,
    });
  });

  it("shows a model without a quota on the lane that is preferred, else on the last one", () => {
    const engine = buildEngine();
    expect(engine.modelUsage("glm-5", IDLE, T0).provider).toBe("anthropic");
    engine.record(buildRecord(10, T0, { model: "glm-5" }), T0);
    expect(engine.modelUsage("glm-5", IDLE, T0)).toMatchObject({ provider: "zai", rolling_in: 10 });
    const preferred = engine.modelUsage("glm-5", { ...IDLE, lane: "kimi" }, T0);
    expect(preferred).toMatchObject({
      provider: "kimi",
      rolling_in: 0,
      lanes: { zai: { input_tokens: 10 } },
    });
  });
});

describe("laneWindows", () => {
  it("are empty for a lane nothing is known of", () => {
    expect(buildEngine().laneWindows("zai", T0)).toEqual([]);
  });

  it("show the tightest configured cap where the lane declares nothing", async () => {
    const engine = buildEngine({
      models: {
        "glm-4.7": { provider: "zai", rolling_tokens: 1000, weekly_limit_value: 9000 },
        "glm-5": { provider: "zai", rolling_tokens: 1000 },
        "claude-haiku-4.5": { provider: "anthropic", rolling_tokens: 1 },
      },
      pools: { plan: { provider: "zai", models: ["glm-*"], rolling_tokens: 1600 } },
    });
    engine.record(buildRecord(500, T0), T0);
    engine.record(buildRecord(400, T0, { model: "glm-5" }), T0);
    engine.observeWindows("zai", null, [buildReading({ name: "month", lengthMs: null, usedRatio: 0.1 })], T0);
    const windows = engine.laneWindows("zai", T0);
    expect(windows).toEqual([
      { name: "month", used_pct: 0.1, reset_ts: null, source: "header", age_sec: 0 },
      { name: "5h", used_pct: 0.5625, reset_ts: (T0 + 5 * HOUR) / 1000, source: "config", age_sec: 0 },
      { name: "7d", used_pct: 500 / 9000, reset_ts: (T0 + 168 * HOUR) / 1000, source: "config", age_sec: 0 },
    ]);
    for (const window of windows) expect(await issuesOf(LaneWindowSchema, window)).toBeUndefined();
  });
});
