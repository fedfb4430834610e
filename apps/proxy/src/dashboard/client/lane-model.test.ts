import type { LaneWindow, ModelUsage, UsageView } from "@ccp/usage-contract";
import { describe, expect, it } from "vitest";
import { laneModels, laneWarn, silentWords, usedNow, type WindowModel, windowSeconds } from "./lane-model.ts";

const NOW = 1_000_000;
const window = (change: Partial<LaneWindow>): LaneWindow => ({
  name: "5h",
  used_pct: 0.5,
  reset_ts: NOW + 4_500,
  source: "header",
  age_sec: 3,
  ...change,
});
const model = (change: Partial<ModelUsage>): ModelUsage =>
  ({
    provider: "zai",
    rolling_pct: 0.5,
    weekly_pct: null,
    rolling_used_tokens: 500,
    rolling_capacity_tokens: 1_000,
    weekly_capacity_tokens: null,
    reserved_tokens: 100,
    warn_pct: 0.8,
    warn_pct_auto: 0.48,
    warn_pct_confidence: 0.2,
    cooldown_active: false,
    cooldown_next_ts: null,
    ...change,
  }) as ModelUsage;

function view(windows: readonly LaneWindow[], models: Record<string, ModelUsage> = {}): UsageView {
  return {
    ts: NOW,
    path: null,
    reroute_mode: "hybrid",
    cooldown_sec: 300,
    lanes: {
      off: { state: "disabled", windows: [], reason: "no key" },
      zai: { state: "ok", windows: [...windows] },
    },
    models,
  };
}

const NO_WINDOW = { usedPct: null, usedTokens: null } as WindowModel;
const first = (usage: UsageView) => laneModels(usage)[0]?.windows[0];

describe("laneModels", () => {
  it("shows what a lane declares, with the share of its time that is over", () => {
    expect(first(view([window({})]))).toEqual({
      name: "5h",
      model: null,
      usedPct: 0.5,
      elapsed: 0.75,
      resetTs: NOW + 4_500,
      usedTokens: null,
      capacityTokens: null,
      source: "header",
      ageSec: 3,
      level: "ok",
      outlook: { kind: "unknown" },
    });
  });

  it("puts lanes that are off behind the others", () => {
    expect(laneModels(view([])).map(({ lane, reason }) => [lane, reason])).toEqual([
      ["zai", null],
      ["off", "no key"],
    ]);
  });

  it("shows a configured cap before its first use", () => {
    const unused = { rolling_pct: 0, rolling_used_tokens: 0, reserved_tokens: 0, weekly_pct: null };
    const found = laneModels(view([], { haiku: model(unused) }))[0]?.windows;
    expect(found).toHaveLength(1);
    expect(found?.[0]).toMatchObject({ name: "5h", model: "haiku", usedPct: 0, resetTs: null, level: "ok" });
  });

  it("names the model and the tokens behind a cap that is counted here", () => {
    const usage = view([window({ source: "counted" })], { haiku: model({ rate_15m_tokens_per_min: 4 }) });
    expect(first(usage)).toMatchObject({
      model: "haiku",
      usedTokens: 500,
      capacityTokens: 1_000,
      // 400 tokens are neither used nor held: 100 minutes at this pace, 75 until the reset.
      outlook: { kind: "lasts" },
    });
  });

  it.each([
    [8, { kind: "early", fullInSec: 3_000, earlySec: 1_500 }],
    [0, { kind: "idle" }],
    [null, { kind: "unknown" }],
  ])("tells at %j tokens a minute: %j", (rate_15m_tokens_per_min, outlook) => {
    const usage = view([window({ source: "counted" })], { haiku: model({ rate_15m_tokens_per_min }) });
    expect(first(usage)?.outlook).toEqual(outlook);
  });

  it.each([
    [null, "unknown", "unknown"],
    [0.79, "ok", "unknown"],
    [0.8, "warn", "unknown"],
    [1.2, "block", "full"],
  ])("judges %j as %s", (used_pct, level, outlook) => {
    const found = first(view([window({ used_pct })]));
    expect([found?.level, found?.outlook.kind]).toEqual([level, outlook]);
  });

  it("knows when a lane's cooldown ends", () => {
    const told = view([]);
    const lanes = { zai: { state: "cooldown" as const, windows: [], until_ts: NOW + 60 } };
    expect(laneModels({ ...told, lanes })[0]?.coolUntilTs).toBe(NOW + 60);
    expect(laneModels(told)[0]?.coolUntilTs).toBeNull();
  });

  it("has a row of what a fallback served, though no cap counts it", () => {
    const lanes = {
      zai: { reqs: 7, rolling_used_tokens: 9030, eta_rolling_sec: 60 },
    } as unknown as ModelUsage["lanes"];
    const [zai] = laneModels(view([], { "claude-haiku-4.5": model({ provider: "anthropic", lanes }) }));
    expect(zai?.windows).toMatchObject([
      {
        name: "5h",
        model: "claude-haiku-4.5",
        usedPct: null,
        usedTokens: 9030,
        capacityTokens: null,
        resetTs: NOW + 60,
      },
    ]);
    expect(zai?.windows.map((one) => silentWords(one))).toEqual([null]);
  });
});

it("warns where the strictest model does, by what was learned once it is trusted", () => {
  expect(laneWarn(view([]), "zai")).toBe(0.8);
  expect(laneWarn(view([], { a: model({}), b: model({ warn_pct: 0.7 }) }), "zai")).toBe(0.7);
  expect(laneWarn(view([], { a: model({ warn_pct_confidence: 0.5 }) }), "zai")).toBe(0.48);
});

it("reads the length of a window off its name", () => {
  expect(["5h", "7d", "30m", "rolling", "h"].map(windowSeconds)).toEqual([
    18_000,
    604_800,
    1_800,
    null,
    null,
  ]);
});

it("tells a window that is over from one that was never seen", () => {
  const windows = [
    window({ used_pct: null, age_sec: null }),
    window({ used_pct: null, reset_ts: null }),
    window({}),
  ];
  const words = laneModels(view(windows))[0]?.windows.map((one) => silentWords(one));
  // Never where requests flow.
  expect(silentWords({ ...NO_WINDOW, ageSec: null }, "ok")).toEqual({
    when: "not told",
    what: "its answers tell no limit",
  });
  expect(words).toEqual([
    { when: "no answer seen yet", what: "send a request to learn it" },
    { when: "window over", what: "the next one starts with a request" },
    null,
  ]);
});

it("knows the share of a window now: the fullest of one name, unknown once it is over", () => {
  const windows = [
    window({ used_pct: null, reset_ts: null }),
    window({ name: "7d", used_pct: 0.2 }),
    window({ name: "7d", used_pct: 0.4, model: "opus" }),
  ];
  const lanes = laneModels(view(windows));
  expect([usedNow(lanes, "zai", "5h"), usedNow(lanes, "zai", "7d"), usedNow(lanes, "gone", "5h")]).toEqual([
    null,
    0.4,
    null,
  ]);
});
