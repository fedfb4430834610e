import { type Speeds, toQuotaConfig } from "@ccp/usage-contract";
import { describe, expect, it } from "vitest";
import { createQuotaEngine } from "../create-quota-engine.ts";
import { buildCounts, buildEngine, buildRecord, DAY, HOUR, MINUTE, T0 } from "../testing/build.ts";
import type { QuotaEngine, UsageRecord } from "../types.ts";

const NO_RATES = {
  out_elr_tps: null,
  out_dirty_tps: null,
  in_elr_tps: null,
  in_dirty_tps: null,
  total_elr_tps: null,
  total_dirty_tps: null,
};

function speeds(engine: QuotaEngine, nowMs = T0): Speeds {
  return engine.modelUsage("glm-4.7", { cooldownActive: false, cooldownNextTs: null }, nowMs).speeds;
}

function serve(engine: QuotaEngine, atMs: number, over: Partial<UsageRecord> = {}): void {
  const counts = buildCounts({ inputTokens: 100, cacheReadTokens: 300, outputTokens: 200 });
  engine.record(buildRecord(0, atMs, { counts, wallMs: 4000, streamMs: 2000, ttftMs: 500, ...over }), atMs);
}

describe("speeds", () => {
  it("are unknown before the first answer", () => {
    const engine = buildEngine({ models: { "glm-4.7": { provider: "zai" } } });
    const { hourly, ...rest } = speeds(engine);
    expect(rest).toEqual({
      rolling: NO_RATES,
      session: NO_RATES,
      ttft_ms: { p50: null, p90: null, p99: null },
      rolling_samples: 0,
      weekly_samples: 0,
    });
    expect(hourly).toHaveLength(24);
    expect(hourly[23]).toEqual({ hour: 23, samples: 0, out_elr_tps: null, out_dirty_tps: null });
  });

  it("are tokens over streaming seconds and over wall seconds", () => {
    const engine = buildEngine();
    serve(engine, T0);
    serve(engine, T0, { wallMs: 6000 });
    expect(speeds(engine).rolling).toEqual({
      out_elr_tps: 100,
      out_dirty_tps: 40,
      in_elr_tps: 200,
      in_dirty_tps: 80,
      total_elr_tps: 300,
      total_dirty_tps: 120,
    });
    expect(speeds(engine).session).toEqual(speeds(engine).rolling);
  });

  it("of an answer in one piece have no streaming rate, and do not raise that of others", () => {
    const engine = buildEngine();
    serve(engine, T0, { streamMs: 0 });
    expect(speeds(engine).rolling).toMatchObject({ out_elr_tps: null, out_dirty_tps: 50 });
    serve(engine, T0);
    expect(speeds(engine).rolling).toMatchObject({ out_elr_tps: 100, out_dirty_tps: 50 });
  });

  it("leave out estimates and times that are none", () => {
    const engine = buildEngine();
    serve(engine, T0, { estimated: true });
    serve(engine, T0, { wallMs: Number.NaN, streamMs: -1, ttftMs: null, localHour: 24 });
    expect(speeds(engine)).toMatchObject({ rolling: NO_RATES, rolling_samples: 1, weekly_samples: 0 });
    serve(engine, T0, { wallMs: Number.POSITIVE_INFINITY, ttftMs: Number.NaN });
    expect(speeds(engine).rolling.out_dirty_tps).toBe(200 / 86_400);
    expect(speeds(engine).ttft_ms.p50).toBeNull();
  });

  it("of the rolling window expire, those of the session and of the week stay", () => {
    const engine = buildEngine();
    serve(engine, T0);
    const later = speeds(engine, T0 + 5 * HOUR + 5 * MINUTE);
    expect(later).toMatchObject({ rolling: NO_RATES, rolling_samples: 0, weekly_samples: 1 });
    expect(later.session.out_elr_tps).toBe(100);
    const muchLater = speeds(engine, T0 + 7 * DAY);
    expect(muchLater.weekly_samples).toBe(0);
    expect(muchLater.ttft_ms.p50).toBeNull();
  });

  it("of the session begin where it was said to begin", () => {
    const engine = createQuotaEngine({ config: toQuotaConfig({}), sessionStartMs: T0 });
    engine.record(buildRecord(100, T0 - HOUR), T0);
    expect(speeds(engine)).toMatchObject({ session: NO_RATES, rolling_samples: 1 });
    serve(engine, T0);
    expect(speeds(engine).session.out_elr_tps).toBe(100);
  });

  it("have ttft percentiles of the newest 128 answers", () => {
    const engine = buildEngine();
    for (let ms = 1; ms <= 228; ms += 1) serve(engine, T0, { ttftMs: ms });
    const { p50, p90, p99 } = speeds(engine).ttft_ms;
    // 101 … 228.
    expect(p50).toBe(164.5);
    expect(p90).toBeCloseTo(101 + 0.9 * 127, 9);
    expect(p99).toBeCloseTo(101 + 0.99 * 127, 9);
  });

  it("by hour need ten answers, over seven days", () => {
    const engine = buildEngine();
    for (let i = 0; i < 9; i += 1) serve(engine, T0, { localHour: 14 });
    expect(speeds(engine).hourly[14]).toEqual({
      hour: 14,
      samples: 9,
      out_elr_tps: null,
      out_dirty_tps: null,
    });
    serve(engine, T0 + DAY, { localHour: 14 });
    expect(speeds(engine, T0 + DAY).hourly[14]).toEqual({
      hour: 14,
      samples: 10,
      out_elr_tps: 100,
      out_dirty_tps: 50,
    });
    expect(speeds(engine, T0 + 7 * DAY).hourly[14]?.samples).toBe(1);
    // The same cell is used again a week later.
    serve(engine, T0 + 7 * DAY, { localHour: 14 });
    expect(speeds(engine, T0 + 7 * DAY).hourly[14]?.samples).toBe(2);
  });
});
