import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createQuotaEngine } from "@ccp/quota-engine";
import { createLaneBook } from "@ccp/router-policy";
import { toQuotaConfig, type UsageEvent } from "@ccp/usage-contract";
import { encodeEvent } from "@ccp/usage-store";
import { describe, expect, it } from "vitest";
import { NOW_SEC, runTest, visible } from "../test-kit/run-test.ts";
import { tempDir } from "../test-kit/temp-log.ts";

const QUOTAS = {
  models: {
    "claude-haiku-4.5": {
      provider: "zai",
      rolling_tokens: 1000,
      weekly_limit_type: "tokens",
      weekly_limit_value: 10_000,
    },
  },
} as const;

const CATALOG = `providers:
  anthropic: { base_url: "https://api.anthropic.com", auth: { header_mode: passthrough } }
  zai: { base_url: "https://api.z.ai/api/anthropic", auth: { env: ZAI_API_KEY, header_mode: x-api-key } }
  spare: { base_url: "https://spare.example", auth: { env: SPARE_KEY, header_mode: x-api-key } }
routes:
  - { pattern: "claude-haiku*", provider: zai, fallback: [anthropic] }
  - { pattern: "*", provider: anthropic }
`;

function usageEvent(changes: Partial<UsageEvent>): UsageEvent {
  return {
    ts: NOW_SEC,
    rid: "r",
    attempt: 1,
    lane: "zai",
    model: "claude-haiku-4-5-20251001",
    status: 200,
    decision: "forced_model",
    decision_reason: "quota_pass",
    reason: "ok",
    op: "stream",
    latency_ms: 1200,
    stream_ms: 800,
    ttft_ms: 400,
    input_tokens: 0,
    output_tokens: 0,
    cache_creation_tokens: null,
    cache_read_tokens: null,
    usage_source: "body",
    err_type: "",
    upstream: "https://api.z.ai",
    h2: false,
    header_mode: "x-api-key",
    retry: false,
    backoff_ms: 0,
    rolling_used_tokens: 0,
    rolling_capacity_tokens: null,
    weekly_used_tokens: 0,
    weekly_capacity_tokens: null,
    headroom_pct_rolling: null,
    headroom_pct_weekly: null,
    quota_headroom_pct: null,
    predicted_tokens: 0,
    warn_pct_cfg: 0.8,
    quota_warn_threshold: 0.8,
    warn_pct_auto: 0.8,
    warn_pct_confidence: 0,
    gap_seconds_p50: null,
    gap_seconds_p95: null,
    gap_samples: 0,
    reroute_mode: "hybrid",
    cooldown_active: false,
    cooldown_next_ts: null,
    cooldown_remaining_sec: 0,
    reroute_decision: "quota_pass",
    reroute_attempt: 0,
    preferred_attempt: false,
    wasted_retry_ms: 0,
    repairs: [],
    ...changes,
  };
}

interface Files {
  readonly log?: string;
  readonly state?: unknown;
  readonly quotas?: string;
}

/** A state folder with what a gateway left behind. */
function stateDir({ log, state, quotas = JSON.stringify(QUOTAS) }: Files) {
  const dir = tempDir();
  writeFileSync(join(dir, "quotas.json"), quotas);
  writeFileSync(join(dir, "providers.yaml"), CATALOG);
  if (state !== undefined) writeFileSync(join(dir, "gateway-state.json"), JSON.stringify(state));
  if (log !== undefined) {
    mkdirSync(join(dir, "logs"));
    writeFileSync(join(dir, "logs", "usage.jsonl"), log);
  }
  return {
    CCP_STATE_DIR: dir,
    CCP_QUOTAS_FILE: join(dir, "quotas.json"),
    CCP_PROVIDERS_FILE: join(dir, "providers.yaml"),
    ZAI_API_KEY: "k",
  };
}

const down = (argv: string[], env: Record<string, string>) => runTest(argv, { env, routes: null });

/** 600 tokens in the last five hours, 2000 more before them, and lines that count for nothing. */
const LOG = [
  usageEvent({ rid: "a", ts: NOW_SEC - 20_000, input_tokens: 1500, output_tokens: 500 }),
  usageEvent({ rid: "b", ts: NOW_SEC - 1800, event: "decision", status: -1, usage_source: null }),
  usageEvent({ rid: "b", ts: NOW_SEC - 1795, input_tokens: 100, output_tokens: 200 }),
  usageEvent({ rid: "c", ts: NOW_SEC - 1740, input_tokens: 100, output_tokens: 200 }),
  usageEvent({ rid: "c", ts: NOW_SEC - 1740, input_tokens: 100, output_tokens: 200 }),
]
  .map(encodeEvent)
  .join("");

describe("with the gateway down", () => {
  it("cc quotas shows what the log says, marked with its age", async () => {
    const env = stateDir({ log: `${LOG}{"ts":17952` });
    const screens: string[] = [];
    for (const columns of ["120", "80", "60"]) {
      const { code, stdout, stderr } = await down(["quotas"], { ...env, COLUMNS: columns });
      expect(code).toBe(69);
      expect(stderr).toBe(
        `ccp: no gateway at http://127.0.0.1:8082: shown is its last known state (${env.CCP_STATE_DIR}), as of 19:12 (29m ago). Start it: ccp start\n`,
      );
      screens.push(`COLUMNS=${columns}\n${stdout}`);
    }
    const colored = await down(["quotas", "--color"], env);
    screens.push(`colour\n${visible(colored.stdout)}`);
    await expect(screens.join("\n")).toMatchFileSnapshot("__snapshots__/quotas-down.txt");
  });

  it("cc quotas --json says that it is not live, and how old it is", async () => {
    const { code, stdout } = await down(["quotas", "--json"], stateDir({ log: LOG }));
    const { live, as_of, age_seconds, models } = JSON.parse(stdout);
    expect({ code, live, as_of, age_seconds }).toEqual({
      code: 69,
      live: false,
      as_of: "2026-11-21T19:12:07.000Z",
      age_seconds: 1740,
    });
    const { rolling_used_tokens, rolling_pct, weekly_used_tokens, provider } = models["claude-haiku-4.5"];
    expect({ rolling_used_tokens, rolling_pct, weekly_used_tokens, provider }).toEqual({
      rolling_used_tokens: 600,
      rolling_pct: 0.6,
      weekly_used_tokens: 2600,
      provider: "zai",
    });
  });

  it("--threshold judges no numbers of an earlier run", async () => {
    const env = stateDir({ log: LOG });
    expect((await down(["quotas", "--threshold=60"], env)).code).toBe(69);
    expect((await down(["quotas", "--threshold=61"], env)).code).toBe(69);
  });

  it("shows this gateway's record with all of its lanes, whatever catalog this shell has", async () => {
    const env = stateDir({ log: LOG });
    const lanes = [
      { id: "anthropic", off: null },
      { id: "zai", off: null },
      { id: "spare", off: "SPARE_KEY is not set" },
      { id: "elsewhere", off: null },
    ];
    const record = { version: 1, host: "127.0.0.1", port: 8082, pid: 7, startedMs: NOW_SEC * 1000, lanes };
    const files = { catalogPath: join(env.CCP_STATE_DIR, "providers.yaml"), quotasPath: env.CCP_QUOTAS_FILE };
    writeFileSync(join(env.CCP_STATE_DIR, "gateway.json"), JSON.stringify({ ...record, ...files }));
    const other = join(tempDir(), "providers.yaml");
    writeFileSync(
      other,
      'providers: { local: { base_url: "http://localhost:1" } }\nroutes: [{ pattern: "*", provider: local }]\n',
    );
    const shell = {
      CCP_STATE_DIR: env.CCP_STATE_DIR,
      CCP_PROVIDERS_FILE: other,
      CCP_QUOTAS_FILE: join(tempDir(), "none.json"),
    };
    const { code, stdout } = await down(["quotas", "--json"], shell);
    const view = JSON.parse(stdout);
    expect(code).toBe(69);
    expect(view.state_dir).toBe(env.CCP_STATE_DIR);
    expect(Object.keys(view.lanes)).toEqual(["anthropic", "zai", "spare", "elsewhere"]);
    expect(view.lanes.spare).toMatchObject({ state: "disabled", reason: "SPARE_KEY is not set" });
    expect(view.models["claude-haiku-4.5"]).toMatchObject({ provider: "zai", rolling_pct: 0.6 });
    const { stderr, ...elsewhere } = await down(["quotas", "--url", "http://127.0.0.1:9000"], env);
    expect(elsewhere).toEqual({ code: 69, stdout: "" });
    expect(stderr).toContain(
      `what is recorded in ${env.CCP_STATE_DIR} is of another gateway (http://127.0.0.1:8082)`,
    );
  });

  it("cc status ends with 69, and shows the last known state all the same", async () => {
    const env = stateDir({ log: LOG });
    const screens: string[] = [];
    for (const columns of ["120", "80", "60"]) {
      const { code, stdout, stderr } = await down(["status", "--debug-quota"], { ...env, COLUMNS: columns });
      expect(code).toBe(69);
      expect(stderr).toContain("Start it: ccp start\n");
      screens.push(`COLUMNS=${columns}\n${stdout}`);
    }
    await expect(screens.join("\n")).toMatchFileSnapshot("__snapshots__/status-down.txt");
  });

  it("without a log ends with 69 and prints nothing", async () => {
    const empty = { CCP_STATE_DIR: tempDir() };
    expect(await down(["quotas"], empty)).toEqual({
      code: 69,
      stdout: "",
      stderr: "ccp: no gateway at http://127.0.0.1:8082\n     nothing listens there\n     next: ccp start\n",
    });
    expect((await down(["status"], empty)).code).toBe(69);
  });

  it("a quota file alone is no state: nothing is shown as 0 %", async () => {
    expect((await down(["quotas"], stateDir({}))).code).toBe(69);
    expect((await down(["quotas"], stateDir({ log: "" }))).code).toBe(69);
    expect((await down(["quotas"], stateDir({ log: "no json\n" }))).code).toBe(69);
  });

  it("tells of a broken quota file and shows the counts without caps", async () => {
    const { code, stdout, stderr } = await down(["quotas"], stateDir({ log: LOG, quotas: "{" }));
    expect(code).toBe(69);
    expect(stderr).toContain("quotas.json:1:");
    expect(stdout).toMatch(/zai +claude-haiku-4\.5 +5h +\? +600 +600 \/ \?/);
  });
});

describe("the state that a gateway saved", () => {
  const savedMs = (NOW_SEC - 600) * 1000;

  function saved() {
    const engine = createQuotaEngine({ config: toQuotaConfig(QUOTAS) });
    const record = {
      lane: "zai",
      model: "claude-haiku-4.5",
      wallMs: 1,
      streamMs: 1,
      ttftMs: null,
      localHour: 0,
    };
    const counts = { inputTokens: 250, outputTokens: 50, cacheCreationTokens: 0, cacheReadTokens: 0 };
    engine.record({ ...record, counts, atMs: savedMs - 1000, estimated: false }, savedMs);
    const book = createLaneBook();
    book.markLimit({
      ...{ lane: "zai", model: null, windowMs: null, cooldownMs: 0, nowMs: savedMs },
      untilMs: (NOW_SEC + 300) * 1000,
    });
    return { version: 1, saved_ms: savedMs, engine: engine.snapshot(), book: book.snapshot() };
  }

  it("is brought back, with the log lines after it and no others", async () => {
    const log = [
      usageEvent({ rid: "in the state already", ts: savedMs / 1000 - 1, input_tokens: 300 }),
      usageEvent({ rid: "after it", ts: savedMs / 1000 + 60, input_tokens: 100 }),
    ];
    const env = stateDir({ state: saved(), log: log.map(encodeEvent).join("") });
    const { stdout } = await down(["quotas", "--json"], env);
    const { as_of, models, lanes } = JSON.parse(stdout);
    const { rolling_used_tokens, cooldown_active, cooldown_next_ts } = models["claude-haiku-4.5"];
    expect({ as_of, rolling_used_tokens, cooldown_active, cooldown_next_ts, zai: lanes.zai.state }).toEqual({
      as_of: "2026-11-21T19:32:07.000Z",
      rolling_used_tokens: 400,
      cooldown_active: true,
      cooldown_next_ts: NOW_SEC + 300,
      zai: "cooldown",
    });
  });

  it("shows a lane whose key this shell lacks as the gateway left it", async () => {
    const env = { ...stateDir({ state: saved() }), ZAI_API_KEY: "" };
    const cooling = await down(["quotas"], env);
    expect(cooling.stdout).toContain("cool 300s");
    const later = { nowMs: () => (NOW_SEC + 301) * 1000 };
    const over = await runTest(["quotas", "--json"], { env, routes: null, deps: later });
    expect(JSON.parse(over.stdout).lanes.zai.state).toBe("unknown");
    const status = await down(["status"], env);
    expect(status.stdout).toMatch(/^zai .* at its limit until 2026-11-21T19:46:07Z +cool/m);
    expect(cooling.stdout + over.stdout + status.stdout).not.toMatch(/\boff\b|disabled/);
  });

  it("shows a cooldown of a lane of which nothing else is known, and a pause", async () => {
    const book = createLaneBook();
    const untilMs = (NOW_SEC + 300) * 1000;
    book.markLimit({ lane: "spare", model: null, windowMs: null, cooldownMs: 0, nowMs: savedMs, untilMs });
    book.pause("zai", "overload", (NOW_SEC + 30) * 1000, NOW_SEC * 1000);
    const { engine } = saved();
    const state = { version: 1, saved_ms: NOW_SEC * 1000, engine, book: book.snapshot() };
    const { stdout } = await down(["quotas"], stateDir({ state }));
    expect(stdout).toMatch(/^spare +all .* at its limit until .* cool 300s$/m);
    const json = await down(["quotas", "--json"], stateDir({ state }));
    const { spare, zai } = JSON.parse(json.stdout).lanes;
    expect([spare.state, zai]).toMatchObject([
      "cooldown",
      { state: "cooldown", reason: "overloaded or failing; paused until 2026-11-21T19:41:37Z" },
    ]);
  });

  it("has a lane that the catalog switches off as off, and one without key and trace not at all", async () => {
    const env = stateDir({ state: saved() });
    writeFileSync(
      env.CCP_PROVIDERS_FILE,
      CATALOG.replace(
        "routes:",
        '  shut: { base_url: "https://shut.example", auth: { header_mode: none }, enabled: false }\nroutes:',
      ),
    );
    const { lanes } = JSON.parse((await down(["quotas", "--json"], env)).stdout);
    expect(Object.keys(lanes)).toEqual(["anthropic", "zai", "shut"]);
    expect(lanes.shut.state).toBe("disabled");
  });

  it("is enough without a log", async () => {
    const { code, stdout } = await down(["quotas"], stateDir({ state: saved() }));
    expect(code).toBe(69);
    expect(stdout).toContain("last known 19:31 (10m ago)");
    expect(stdout).toContain("cool 300s");
  });

  it.each([
    ["another version", { version: 2, saved_ms: savedMs, engine: {}, book: {} }],
    ["no state at all", "text"],
    [
      "an engine's part that cannot be read",
      { version: 1, saved_ms: savedMs, engine: { version: 99 }, book: {} },
    ],
  ])("of %s is left aside: the log has it all", async (_name, state) => {
    const { stdout } = await down(["quotas", "--json"], stateDir({ state, log: LOG }));
    expect(JSON.parse(stdout).models["claude-haiku-4.5"].rolling_used_tokens).toBe(600);
  });
});
