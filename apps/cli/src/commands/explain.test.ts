import { describe, expect, it } from "vitest";
import { exchange } from "../test-kit/recorded-exchange.ts";
import { json, NOW_SEC, runTest } from "../test-kit/run-test.ts";
import { screens } from "../test-kit/screens.ts";
import { tempDir, writeLog } from "../test-kit/temp-log.ts";

const START = "01M80CK5R5JQD9WHE2ZFX9BD";
const at = NOW_SEC - 100;
const QUOTA = {
  rolling_used_tokens: 1_240_000,
  rolling_capacity_tokens: 2_000_000,
  weekly_used_tokens: 4_610_000,
  weekly_capacity_tokens: 20_000_000,
  headroom_pct_rolling: 0.37,
};

const STATES = {
  answered: exchange({
    at,
    rid: `${START}Q0`,
    tokens: 12_345,
    predicted: 16_000,
    decision: QUOTA,
    completion: { ...QUOTA, output_tokens: 412, cache_read_tokens: 90_000, stream_ms: 800, ttft_ms: 200 },
  }),
  rerouted: exchange({
    at,
    rid: `${START}Q1`,
    attempts: [
      { lane: "kimi", lostMs: 120 },
      { lane: "zai", rule: "fallback", lostMs: 310 },
      { lane: "anthropic", rule: "quota_overshoot" },
    ],
    markedSec: 300,
    decision: {
      ...QUOTA,
      quota_warn_threshold: 0.87,
      warn_pct_confidence: 0.74,
      gap_samples: 37,
      gap_seconds_p50: 212,
      gap_seconds_p95: 540,
    },
    completion: { repairs: ["model_name", "tool_ids"] },
  }),
  limit: exchange({
    at,
    rid: `${START}Q2`,
    tokens: null,
    decision: { cooldown_active: true, cooldown_next_ts: at + 200 },
  }),
  refused: exchange({
    at,
    rid: `${START}Q3`,
    attempts: [],
    tokens: null,
    completion: {
      reroute_decision: "no_fallback",
      decision: "no_fallback",
      cooldown_active: true,
      cooldown_next_ts: at + 40,
    },
  }),
  running: exchange({ at, rid: `${START}Q4` }).slice(0, 1),
  cut: exchange({
    at,
    rid: `${START}Q5`,
    completion: { reason: "truncated", err_type: "stream_error", usage_source: "estimate" },
  }),
};

const LIMIT = { name: "lane:5h", used_tokens: null, capacity_tokens: null, effective_capacity_tokens: null };
const DECISION = {
  ts: at,
  lane: null,
  preferred_lane: "anthropic",
  reason: "Every usable lane is spent (anthropic, zai); the first opens in 4 h 51 min.",
  warn_threshold: 0.8,
  headroom_tokens: 0,
  predicted: {},
  constraints: [
    {
      ...LIMIT,
      used_pct: 1,
      headroom_tokens: 0,
      reset_ts: at + 17_460,
      source: "header",
      age_sec: 3,
      warned: true,
      blocked: true,
      binding: true,
    },
  ],
};

function log(...events: (typeof STATES)[keyof typeof STATES][]): string {
  const dir = tempDir();
  writeLog(dir, events.flat());
  return dir;
}

describe("cc explain", () => {
  it.each(Object.entries(STATES))("tells of a request: %s", async (name, events) => {
    const text = await screens(["explain", "last", "--log", log(events)]);
    await expect(text).toMatchFileSnapshot(`__snapshots__/explain/${name}.txt`);
  });

  it("tells in the gateway's own words why it refused, with the limits it weighed", async () => {
    const told = { rid: `${START}Q3`, model: "claude-haiku-4.5", completion: null, decisions: [DECISION] };
    const routes = { "GET /v1/requests": json({ ts: NOW_SEC, requests: [told] }) };
    const argv = ["explain", "last", "--log", log(STATES.refused)];
    const text = await screens(argv, { routes });
    expect(text).toContain(DECISION.reason);
    await expect(text).toMatchFileSnapshot("__snapshots__/explain/refused-told.txt");
    const { stdout } = await runTest([...argv, "--json"], { routes });
    expect(JSON.parse(stdout).decisions).toEqual([DECISION]);
  });

  it.each([
    ["is down", null],
    ["has forgotten it", {}],
    ["answers strangely", { "GET /v1/requests": json({ requests: "?" }) }],
    ["refuses", { "GET /v1/requests": json({}, 500) }],
    ["tells of another", { "GET /v1/requests": json({ ts: NOW_SEC, requests: [] }) }],
  ])("goes by the log alone where the gateway %s", async (_, routes) => {
    const { code, stdout, stderr } = await runTest(["explain", "last", "--log", log(STATES.refused)], {
      routes,
    });
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("every lane that could be asked was spent or cooled down, so none was asked");
    expect(stdout).toContain("was until 19:40");
  });

  it.each([
    ["quota_warn_attempt", "reroute_policy", "asked all the same, past its warn threshold"],
    ["quota_block", "reroute_policy", "moved by a quota rule"],
    ["fallback", "fallback", "moved, as the lane before it failed or could not be asked"],
  ] as const)("says of %s, written as %s, whether it moved anything", async (rule, decision, words) => {
    const made = { reroute_decision: rule, decision };
    const dir = log(exchange({ at, rid: `${START}Q6`, decision: made, completion: made }));
    const { stdout } = await runTest(["explain", "last", "--log", dir], { env: { COLUMNS: "120" } });
    expect(stdout).toMatch(new RegExp(`^ +kind +${decision}: ${words}$`, "m"));
  });

  it("finds a request by the start of its id, in any case and any generation, its lines twice or not", async () => {
    const dir = tempDir();
    writeLog(dir, [...STATES.answered, ...STATES.rerouted.slice(0, 2)], 2);
    writeLog(dir, [...STATES.rerouted.slice(1), ...STATES.limit], 1);
    writeLog(dir, STATES.cut);
    for (const query of [`${START}Q1`, `${START}Q1`.toLowerCase()]) {
      const { code, stdout } = await runTest(["explain", query, "--json", "--log", dir]);
      const { attempts, wasted_retry_ms, lane } = JSON.parse(stdout);
      expect([code, wasted_retry_ms, lane]).toEqual([0, 430, "anthropic"]);
      expect(attempts.map((one: { took_ms: number; outcome: string }) => [one.took_ms, one.outcome])).toEqual(
        [
          [120, "failed"],
          [310, "limit"],
          [1000, "answered"],
        ],
      );
    }
  });

  it("asks again where several begin alike, and says when there is none", async () => {
    const dir = log(STATES.answered, STATES.limit);
    const several = await runTest(["explain", START.slice(0, 8), "--log", dir]);
    expect([several.code, several.stdout]).toEqual([1, ""]);
    expect(several.stderr).toContain(`it could be ${START}Q2, ${START}Q0`);
    const none = await runTest(["explain", "nope", "--log", dir]);
    expect([none.code, none.stderr.split("\n")[0]]).toEqual([1, "ccp: the log holds no request nope"]);
    const empty = await runTest(["explain", "last", "--log", "/nowhere/logs"]);
    expect([empty.code, empty.stderr.split("\n")[0]]).toEqual([1, "ccp: there is no log in /nowhere/logs"]);
  });

  it("gives everything as JSON", async () => {
    const { stdout } = await runTest(["explain", "last", "--json", "--log", log(STATES.answered)]);
    expect(JSON.parse(stdout)).toEqual({
      schema: "ccp.explain/1",
      rid: `${START}Q0`,
      model: "claude-haiku-4.5",
      ts: at,
      decision: "forced_model",
      reroute_decision: "quota_pass",
      lane: "zai",
      status: 200,
      reason: "ok",
      latency_ms: 1000,
      wasted_retry_ms: 0,
      predicted_tokens: 16_000,
      counted_tokens: 21_757,
      repairs: [],
      decisions: null,
      attempts: [
        {
          attempt: 1,
          lane: "zai",
          ts: at,
          reroute_decision: "quota_pass",
          took_ms: 1000,
          status: 200,
          outcome: "answered",
        },
      ],
      events: STATES.answered,
    });
  });
});
