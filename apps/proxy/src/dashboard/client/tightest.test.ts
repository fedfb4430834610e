import type { LaneUsage, LaneWindow, ModelUsage, UsageView } from "@ccp/usage-contract";
import { describe, expect, it } from "vitest";
import { tightest } from "./tightest.ts";

const window = (name: string, used_pct: number | null, change: Partial<LaneWindow> = {}): LaneWindow => ({
  name,
  used_pct,
  reset_ts: null,
  source: "header",
  age_sec: 3,
  ...change,
});
const lane = (state: LaneUsage["state"], ...windows: LaneWindow[]): LaneUsage => ({ state, windows });
const model = (provider: string, headroom: number | null, change: Partial<ModelUsage> = {}): ModelUsage =>
  ({ provider, quota_headroom_pct: headroom, block: false, cooldown_active: false, ...change }) as ModelUsage;
const view = (lanes: Record<string, LaneUsage>, models: Record<string, ModelUsage> = {}): UsageView => ({
  ts: 1_000,
  path: null,
  reroute_mode: "hybrid",
  cooldown_sec: 300,
  lanes,
  models,
});

describe("tightest", () => {
  it("is unknown where no lane and no model tells a number", () => {
    expect(
      tightest(view({ zai: lane("unknown", window("5h", null)) }, { a: model("zai", null) })),
    ).toBeNull();
  });

  it("takes the windows of lanes where no cap is configured", () => {
    const lanes = { anthropic: lane("ok", window("5h", 0.25), window("7d", 0.5, { model: "opus" })) };
    expect(tightest(view(lanes))).toEqual({ who: "anthropic 7d opus", headroom: 0.5 });
  });

  it("takes a model's cap where that is nearer, and calls it by the model", () => {
    const lanes = {
      anthropic: lane("ok", window("5h", 0.25)),
      zai: lane("warn", window("5h", 0.92, { source: "counted" })),
    };
    expect(tightest(view(lanes, { "glm-4.7": model("zai", 0.08) }))).toEqual({
      who: "glm-4.7",
      headroom: 0.08,
    });
  });

  it("names every lane that has nothing left, whatever its models' caps say", () => {
    const lanes = { anthropic: lane("block", window("5h", 1.04)), zai: lane("cooldown", window("5h", 0.1)) };
    expect(tightest(view(lanes, { haiku: model("zai", 0.92) }))).toEqual({
      who: "anthropic 5h, zai cools",
      headroom: 0,
    });
  });

  it.each([
    [{ block: true }, "haiku"],
    [{ cooldown_active: true }, "haiku cools"],
  ])("has nothing left for a model that is %j", (change, who) => {
    expect(tightest(view({ zai: lane("block") }, { haiku: model("zai", 0.3, change) }))).toEqual({
      who,
      headroom: 0,
    });
  });

  it("passes over a lane that is switched off", () => {
    const lanes = { off: lane("disabled", window("5h", 1)), zai: lane("ok", window("5h", 0.5)) };
    expect(tightest(view(lanes, { glm: model("off", 0) }))).toEqual({ who: "zai 5h", headroom: 0.5 });
  });
});
