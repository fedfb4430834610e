import type { Granularity } from "@ccp/usage-contract";
import { RollupsViewSchema, SamplesViewSchema } from "@ccp/usage-contract";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { createMemoryHistory } from "./memory-history.ts";
import { rollUp } from "./roll-up.ts";
import { testEvent } from "./test-event.ts";

const HOUR = 3600;
const T = 1_800_000_000;
const startOf = (ts: number, granularity: Granularity): number =>
  ts - (ts % (granularity === "hour" ? HOUR : 24 * HOUR));

function exchange(ts: number, changes: Parameters<typeof testEvent>[0] = {}) {
  return testEvent({ ts, rid: `r${ts}`, model: "glm-5", ...changes });
}

describe("history", () => {
  it("keeps finished exchanges by model, oldest first", () => {
    const history = createMemoryHistory();
    history.add(exchange(T));
    history.add(exchange(T + 1, { event: "decision", status: -1 }));
    history.add(exchange(T + 2, { model: "opus" }));
    history.add(exchange(T + 3));
    const models = history.samples({});
    expect(v.safeParse(SamplesViewSchema, { ts: T, models }).issues).toBeUndefined();
    expect(models["glm-5"]?.map(({ ts }) => ts)).toEqual([T, T + 3]);
    expect(Object.keys(history.samples({ model: "opus" }))).toEqual(["opus"]);
    expect(history.samples({ since: T + 2 })).toEqual({ "glm-5": [expect.objectContaining({ ts: T + 3 })] });
  });

  it("forgets the oldest past its capacity", () => {
    const history = createMemoryHistory(10);
    for (let i = 0; i < 35; i += 1) history.add(exchange(T + i));
    expect(history.samples({})["glm-5"]?.map(({ ts }) => ts - T)).toEqual([
      25, 26, 27, 28, 29, 30, 31, 32, 33, 34,
    ]);
  });

  it("takes a model named like an inherited key", () => {
    const history = createMemoryHistory();
    history.add(exchange(T, { model: "constructor" }));
    expect(history.samples({}).constructor).toHaveLength(1);
  });
});

describe("rollups", () => {
  it("sum tokens, rates and times to first byte by window", () => {
    const history = createMemoryHistory();
    const usage = {
      input_tokens: 100,
      cache_read_tokens: 50,
      cache_creation_tokens: null,
      output_tokens: 40,
    };
    history.add(exchange(T, { ...usage, stream_ms: 1000, latency_ms: 2000, ttft_ms: 100 }));
    history.add(exchange(T + 10, { ...usage, stream_ms: 1000, latency_ms: 2000, ttft_ms: 300 }));
    history.add(exchange(T + HOUR, { ...usage, stream_ms: 0, latency_ms: null, ttft_ms: null }));
    history.add(exchange(T + 20, { input_tokens: null, output_tokens: null, status: 429 }));
    const models = rollUp(history.samples({}), "hour", startOf);
    expect(v.safeParse(RollupsViewSchema, { ts: T, granularity: "hour", models }).issues).toBeUndefined();
    expect(models["glm-5"]).toEqual([
      {
        window_start: startOf(T, "hour"),
        in_tokens: 300,
        out_tokens: 80,
        count: 2,
        out_elr_tps: 40,
        out_dirty_tps: 20,
        ttft_ms: { p50: 200, p90: 280, p99: 298 },
      },
      {
        window_start: startOf(T + HOUR, "hour"),
        in_tokens: 150,
        out_tokens: 40,
        count: 1,
        out_elr_tps: null,
        out_dirty_tps: null,
        ttft_ms: { p50: null, p90: null, p99: null },
      },
    ]);
    expect(rollUp(history.samples({}), "day", startOf)["glm-5"]?.map(({ count }) => count)).toEqual([3]);
  });
});
