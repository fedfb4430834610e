import { SeriesViewSchema, type UsageSample } from "@ccp/usage-contract";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { seriesView } from "./series-view.ts";
import { TrafficBook } from "./traffic-book.ts";
import { UsedBook } from "./used-book.ts";

/** A whole hour. */
const NOW = 1_799_996_400;

const sample = (change: Partial<UsageSample>): UsageSample => ({
  ts: NOW,
  rid: "r",
  lane: "zai",
  op: "stream",
  input_tokens: 10,
  output_tokens: 5,
  cache_creation_tokens: null,
  cache_read_tokens: 100,
  status: 200,
  decision: "forced_model",
  reroute_decision: "quota_pass",
  reason: "ok",
  latency_ms: 2_000,
  stream_ms: 1_500,
  ttft_ms: 500,
  ...change,
});

function viewOf(range: "5h" | "24h" | "7d", samples: readonly UsageSample[]) {
  const traffic = new TrafficBook(() => "zai");
  for (const each of samples) traffic.add("claude-haiku-4-5", each);
  const used = new UsedBook();
  used.note({ lane: "anthropic", window: "5h", usedPct: 0.123456, resetTs: null }, NOW - 600);
  used.note({ lane: "anthropic", window: "5h", usedPct: 0.2, resetTs: null }, NOW);
  return v.parse(SeriesViewSchema, seriesView(range, used, traffic, NOW + 30));
}

describe("seriesView", () => {
  it.each([
    ["5h", 300, 60],
    ["24h", 900, 96],
    ["7d", 3_600, 168],
  ] as const)("has even steps over %s, the last one still running", (range, step_sec, steps) => {
    const view = viewOf(range, []);
    expect(view).toMatchObject({ range, step_sec, steps, start_ts: NOW - (steps - 1) * step_sec });
    expect(view.lanes.anthropic?.used["5h"]?.slice(-1)).toEqual([0.2]);
    expect(view.lanes.anthropic?.requests).toHaveLength(steps);
  });

  it("sums up what each lane served, by kind and by class", () => {
    const lane = viewOf("5h", [sample({}), sample({ traffic_class: "subagent" }), sample({ ts: NOW - 300 })])
      .lanes.zai;
    expect(lane?.requests.slice(-3)).toEqual([0, 1, 2]);
    expect(lane?.cache_read_tokens.slice(-2)).toEqual([100, 200]);
    expect(lane?.classes.main?.slice(-2)).toEqual([115, 115]);
    expect(lane?.classes.subagent?.slice(-2)).toEqual([0, 115]);
    expect(lane?.used).toEqual({});
  });

  it("bridges the share of a window, and rounds it to what can be seen", () => {
    expect(viewOf("5h", []).lanes.anthropic?.used["5h"]?.slice(-4)).toEqual([null, 0.1235, 0.1235, 0.2]);
  });

  it("gives a refusal to the lane that refused, and leaves its time out", () => {
    const rerouted = { lane: "anthropic", reroute_decision: "quota_overshoot" } as const;
    const { lanes } = viewOf("5h", [
      sample({ ...rerouted, ts: NOW }),
      sample({ status: 429, latency_ms: 20, ttft_ms: 20, ts: NOW - 300 }),
      sample({ status: 429, lane: "none" }),
    ]);
    expect(lanes.zai?.limits).toEqual([NOW - 300, NOW]);
    expect(lanes.anthropic?.limits).toEqual([]);
    expect(lanes.zai?.latency_ms.p50.slice(-2)).toEqual([null, null]);
    expect(lanes.anthropic?.ttft_ms.p50.slice(-1)[0]).toBeCloseTo(500, -2);
    expect(Object.keys(lanes)).toEqual(["anthropic", "zai"]);
  });
});
