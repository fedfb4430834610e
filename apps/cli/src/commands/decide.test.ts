import type { DecisionSample, LaneConstraint, Would } from "@ccp/usage-contract";
import { describe, expect, it } from "vitest";
import { json, NOW_SEC, runTest } from "../test-kit/run-test.ts";
import { screens } from "../test-kit/screens.ts";

function sample(would: Partial<Would> = {}, accepted: Partial<DecisionSample["accepted"]> = {}) {
  return {
    id: "01K",
    ts: NOW_SEC,
    dry_run: true,
    accepted: { model: "claude-haiku-4-5", source: "ccp decide", ...accepted },
    would: {
      lane: "zai",
      decision: "forced_model",
      reroute_decision: "quota_pass",
      reason: "zai is below its warn threshold.",
      predicted_tokens: 10_400,
      headroom_tokens: 760_000,
      headroom_pct_rolling: 0.38,
      headroom_pct_weekly: 0.77,
      quota_headroom_pct: 0.38,
      warn: false,
      block: false,
      retry_ts: null,
      lanes: ["zai", "anthropic"],
      ...would,
    },
  };
}
const routes = (value: unknown) => ({ "POST /v1/decisions": json(value, 202) });

const UNKNOWN = {
  predicted_tokens: null,
  headroom_tokens: null,
  headroom_pct_rolling: null,
  headroom_pct_weekly: null,
  quota_headroom_pct: null,
};
function limit(over: Partial<LaneConstraint>): LaneConstraint {
  return {
    lane: "zai",
    name: "rolling",
    used_pct: null,
    used_tokens: null,
    capacity_tokens: null,
    effective_capacity_tokens: null,
    headroom_tokens: null,
    reset_ts: null,
    source: "config",
    age_sec: null,
    warned: false,
    blocked: false,
    binding: false,
    ...over,
  };
}

const CONSTRAINTS = [
  limit({
    lane: "zai",
    name: "rolling",
    used_pct: 0.62,
    used_tokens: 1_240_000,
    capacity_tokens: 2_000_000,
    headroom_tokens: 760_000,
    reset_ts: NOW_SEC + 5940,
  }),
  limit({ lane: "zai", name: "weekly", used_pct: 0.85, warned: true }),
  limit({ lane: "anthropic", name: "lane:5h", used_pct: 1.04, blocked: true, reset_ts: NOW_SEC + 1440 }),
];

const STATES = {
  normal: sample({}, { input_tokens: 12_000, max_tokens: 1000 }),
  warn: sample({
    warn: true,
    reroute_decision: "quota_warn_attempt",
    reason: "zai is past its warn threshold but has room (200 tokens left, 150 predicted).",
  }),
  block: sample({
    lane: "anthropic",
    decision: "reroute_policy",
    reroute_decision: "quota_block",
    block: true,
    warn: true,
    headroom_tokens: 100,
    headroom_pct_rolling: 0.0001,
    reason: "zai has no room (100 tokens left, 10400 predicted), so anthropic takes the request.",
  }),
  cooldown: sample({
    lane: null,
    decision: "no_fallback",
    reroute_decision: "no_fallback",
    block: true,
    warn: true,
    headroom_pct_rolling: 0,
    retry_ts: NOW_SEC + 1800,
    reason: "Every usable lane is spent (zai, anthropic); the first opens in 30 min.",
  }),
  cooling: sample({
    lane: "anthropic",
    decision: "reroute_policy",
    reroute_decision: "quota_cooldown",
    reason: "zai is at its limit for another 3 h 7 min, so anthropic takes the request.",
    headroom_pct_rolling: 0.38,
    states: {
      zai: { state: "cooldown", until_ts: NOW_SEC + 11_220 },
      anthropic: { state: "ok", until_ts: null },
    },
    constraints: CONSTRAINTS,
  }),
  spent: sample({
    lane: "anthropic",
    decision: "reroute_policy",
    reroute_decision: "quota_block",
    block: true,
    reason: "zai declares a window spent, so anthropic takes the request.",
    states: { zai: { state: "block", until_ts: NOW_SEC + 5940 }, anthropic: { state: "ok", until_ts: null } },
    constraints: CONSTRAINTS,
  }),
  keyless: sample({
    lane: "anthropic",
    decision: "fallback",
    reroute_decision: "fallback",
    reason: "zai cannot be asked (ZAI_API_KEY is not set), so anthropic takes the request.",
    states: { zai: { state: "disabled", until_ts: null }, anthropic: { state: "unknown", until_ts: null } },
  }),
  unknown: sample({ ...UNKNOWN, lane: "anthropic", decision: "pass_through", lanes: undefined }),
  constraints: sample({ constraints: CONSTRAINTS }),
};

describe("cc decide", () => {
  it.each(Object.entries(STATES))("shows the state %s", async (name, value) => {
    const text = await screens(["decide", "claude-haiku-4-5"], { routes: routes(value) });
    await expect(text).toMatchFileSnapshot(`__snapshots__/decide/${name}.txt`);
  });

  it("gateway down: 69", async () => {
    await expect(await screens(["decide", "m"], { routes: null })).toMatchFileSnapshot(
      "__snapshots__/decide/down.txt",
    );
  });

  it("asks what was typed, with the admin token, and gives the answer as JSON", async () => {
    const calls: { body: unknown; token: string | undefined }[] = [];
    const run = await runTest(
      [
        "decide",
        "opus",
        "--tokens",
        "12.5k",
        "--max-tokens=800",
        "--route",
        "r",
        "--reason",
        "why",
        "--note",
        "n",
        "--json",
      ],
      {
        env: { CCP_ADMIN_TOKEN: "0123456789abcdef0123456789abcdef" },
        deps: {
          request: async ({ body, headers }) => {
            calls.push({ body: JSON.parse(body ?? ""), token: headers.authorization });
            return json(STATES.normal, 202);
          },
        },
      },
    );
    expect([run.code, run.stderr]).toEqual([0, ""]);
    expect(calls).toEqual([
      {
        body: {
          model: "opus",
          source: "ccp decide",
          input_tokens: 12_500,
          max_tokens: 800,
          route: "r",
          escalation_reason: "why",
          note: "n",
        },
        token: "Bearer 0123456789abcdef0123456789abcdef",
      },
    ]);
    expect(JSON.parse(run.stdout)).toEqual({ schema: "ccp.decision/1", ...STATES.normal });
  });

  it("ends with 1 where the request would be refused", async () => {
    const run = await runTest(["decide", "m", "--json"], { routes: routes(STATES.cooldown) });
    expect(run.code).toBe(1);
  });

  it.each([
    ["--tokens=x"],
    ["--tokens=-1"],
    ["--tokens=11m"],
    ["--max-tokens=1.5"],
    ["--note= "],
    ["--tokns=1"],
  ])("%s is refused", async (option) => {
    expect((await runTest(["decide", "m", option], { routes: routes(STATES.normal) })).code).toBe(64);
  });

  it("lets no control character of the answer reach the terminal", async () => {
    const evil = sample({
      reason: "a\u001b[31mb\nc",
      lane: "z\u009bai",
      lanes: ["z\u001bai"],
      constraints: [limit({ name: "x\u0007" })],
    });
    const { stdout } = await runTest(["decide", "m"], { routes: routes(evil) });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });
});
