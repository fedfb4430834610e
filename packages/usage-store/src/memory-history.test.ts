import type { Granularity, UsageEvent } from "@ccp/usage-contract";
import { RollupsViewSchema, SamplesViewSchema, WindowsViewSchema } from "@ccp/usage-contract";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { createMemoryHistory } from "./memory-history.ts";
import { type HistorySample, toSample } from "./roll-up.ts";
import { testEvent } from "./test-event.ts";

const HOUR = 3600;
const T = 1_800_000_000;
const startOf = (ts: number, granularity: Granularity): number =>
  ts - (ts % (granularity === "hour" ? HOUR : 24 * HOUR));

function exchange(ts: number, changes: Partial<UsageEvent> = {}): HistorySample {
  const event = testEvent({ ts, rid: `r${ts}`, model: "glm-5", ...changes });
  const sample = toSample(event);
  if (sample === null) throw new Error("a decision is no sample");
  return { model: event.model, attempt: 1, sample };
}

describe("history", () => {
  it("keeps finished exchanges by model, oldest first", () => {
    const history = createMemoryHistory(startOf);
    history.add(exchange(T));
    history.add(exchange(T + 2, { model: "opus" }));
    history.add(exchange(T + 3));
    const models = history.samples({});
    expect(v.safeParse(SamplesViewSchema, { ts: T, models }).issues).toBeUndefined();
    expect(models["glm-5"]?.map(({ ts }) => ts)).toEqual([T, T + 3]);
    expect(Object.keys(history.samples({ model: "opus" }))).toEqual(["opus"]);
    expect(history.samples({ since: T + 2 })).toEqual({ "glm-5": [expect.objectContaining({ ts: T + 3 })] });
  });

  it("forgets the oldest past its capacity", () => {
    const history = createMemoryHistory(startOf, 10);
    for (let i = 0; i < 35; i += 1) history.add(exchange(T + i));
    expect(history.samples({})["glm-5"]?.map(({ ts }) => ts - T)).toEqual([
      25, 26, 27, 28, 29, 30, 31, 32, 33, 34,
    ]);
  });

  it("takes a model named like an inherited key", () => {
    const history = createMemoryHistory(startOf);
    history.add(exchange(T, { model: "constructor" }));
    expect(history.samples({}).constructor).toHaveLength(1);
  });
});

// xiaoliu10/claude-code-router-next#35: an answer in one piece of 109 s showed 3,674 tokens a second.
describe("speeds", () => {
  it("are of answers that streamed: one in a piece takes no streaming time and has no first byte of its own", () => {
    const history = createMemoryHistory(startOf);
    const took = { output_tokens: 100, latency_ms: 2000 };
    history.add(exchange(T, { ...took, op: "stream", stream_ms: 1000, ttft_ms: 200 }));
    history.add(
      exchange(T - 1, {
        op: "nonstream",
        output_tokens: 3674,
        latency_ms: 109_000,
        stream_ms: 1,
        ttft_ms: 108_999,
      }),
    );
    for (const n of [1, 2, 3])
      history.add(exchange(T + n, { ...took, op: "nonstream", stream_ms: n === 1 ? 0.3 : 0, ttft_ms: 1999 }));
    history.add(exchange(T + 4, { ...took, op: "stream", stream_ms: 0, ttft_ms: 200 }));
    const [row] = history.rollups({ granularity: "day" })["glm-5"] ?? [];
    expect(row).toMatchObject({
      stream_out_tokens: 100,
      stream_ms: 1000,
      out_elr_tps: 100,
      ttft_ms: { p50: 200, p99: 200 },
    });
  });
});

describe("rollups", () => {
  const usage = { input_tokens: 100, cache_read_tokens: 50, cache_creation_tokens: null, output_tokens: 40 };

  function filled() {
    const history = createMemoryHistory(startOf);
    history.add(exchange(T, { ...usage, stream_ms: 1000, latency_ms: 2000, ttft_ms: 100 }));
    history.add(
      exchange(T + 10, {
        ...usage,
        stream_ms: 1000,
        latency_ms: 2000,
        ttft_ms: 300,
        traffic_class: "subagent",
        decision: "reroute_policy",
        reroute_decision: "quota_overshoot",
      }),
    );
    history.add(exchange(T + HOUR, { ...usage, stream_ms: 0, latency_ms: null, ttft_ms: null }));
    history.add(exchange(T + 20, { input_tokens: null, output_tokens: null, status: 429 }));
    return history;
  }

  it("sum tokens, rates and times by span", () => {
    const models = filled().rollups({ granularity: "hour" });
    expect(v.safeParse(RollupsViewSchema, { ts: T, granularity: "hour", models }).issues).toBeUndefined();
    const sums = { cache_creation_tokens: 0, stream_out_tokens: 80, stream_ms: 2000, wall_ms: 4000 };
    expect(models["glm-5"]).toEqual([
      {
        window_start: startOf(T, "hour"),
        in_tokens: 300,
        out_tokens: 80,
        count: 2,
        out_elr_tps: 40,
        out_dirty_tps: 20,
        ttft_ms: { p50: 200, p90: 280, p95: 290, p99: 298 },
        latency_ms: { p50: 2000, p90: 2000, p95: 2000, p99: 2000 },
        ...sums,
        cache_read_tokens: 100,
        errors: 1,
        limits: 2,
        rerouted: 1,
      },
      {
        window_start: startOf(T + HOUR, "hour"),
        in_tokens: 150,
        out_tokens: 40,
        count: 1,
        out_elr_tps: null,
        out_dirty_tps: null,
        ttft_ms: { p50: null, p90: null, p95: null, p99: null },
        latency_ms: { p50: null, p90: null, p95: null, p99: null },
        cache_creation_tokens: 0,
        cache_read_tokens: 50,
        stream_out_tokens: 0,
        stream_ms: 0,
        wall_ms: 0,
        errors: 0,
        limits: 0,
        rerouted: 0,
      },
    ]);
    expect(
      filled()
        .rollups({ granularity: "day" })
        ["glm-5"]?.map(({ count }) => count),
    ).toEqual([3]);
  });

  it("tell by lane what each class of traffic took", () => {
    const lanes = filled().rollups({ granularity: "day", by: "lane" });
    expect(Object.keys(lanes)).toEqual(["zai"]);
    expect(lanes.zai?.[0]?.classes).toEqual({
      main: { in_tokens: 300, out_tokens: 80, count: 2 },
      subagent: { in_tokens: 150, out_tokens: 40, count: 1 },
    });
  });
});

describe("windows", () => {
  const sample = (ts: number, used: number | null, reset: number | null = null) => ({
    ts,
    lane: "zai",
    model: null,
    window: "5h",
    source: "header",
    used,
    reset,
  });

  it("give the highest share of each step, and the resets that have passed", () => {
    const history = createMemoryHistory(startOf);
    history.addWindows([sample(T, 0.5, T + 90), sample(T + 30, 0.7), sample(T + 60, null, T + 900)]);
    history.addWindows([{ ...sample(T + 60, 0.1), window: "rolling", model: "glm-5", source: "counted" }]);
    const view = history.windows({ step: 60 }, T + 120);
    expect(v.safeParse(WindowsViewSchema, { ts: T, ...view }).issues).toBeUndefined();
    expect(view).toEqual({
      step_sec: 60,
      windows: [
        {
          lane: "zai",
          model: "glm-5",
          window: "rolling",
          source: "counted",
          ts: [T + 60],
          used_pct: [0.1],
          resets: [],
        },
        {
          lane: "zai",
          model: null,
          window: "5h",
          source: "header",
          ts: [T, T + 60],
          used_pct: [0.7, null],
          resets: [T + 90],
        },
      ],
    });
    expect(history.windows({ since: T + 30 }, T + 120).windows).toHaveLength(2);
    expect(history.windows({ lane: "anthropic" }, T + 120).windows).toEqual([]);
    expect(history.windows({}, T).step_sec).toBe(900);
  });
});
