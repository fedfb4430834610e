import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { parseCatalog, parseQuotas } from "@ccp/provider-catalog";
import { startGateway } from "@ccp/proxy";
import { parseEnv, type UsageEvent, type UsageView } from "@ccp/usage-contract";
import { describe, expect, it, onTestFinished } from "vitest";
import { nodeRequest } from "./client/node-request.ts";
import { parseMetrics } from "./hud/data/parse-metrics.ts";
import { runTest, type TestRun } from "./test-kit/run-test.ts";

const HAIKU = "claude-haiku-4-5-20251001";
const OPUS = "claude-opus-5";
const GLM = "glm-5";

type Answer = (model: string) => { status: number; headers?: Record<string, string>; body: object };

const served: Answer = (model) => ({
  status: 200,
  body: {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model,
    content: [{ type: "text", text: "hello" }],
    stop_reason: "end_turn",
    usage: {
      input_tokens: 1000,
      output_tokens: 50,
      cache_creation_input_tokens: 200,
      cache_read_input_tokens: 400,
    },
  },
});
const refused = (headers: Record<string, string> = {}): ReturnType<Answer> => ({
  status: 429,
  headers,
  body: { type: "error", error: { type: "rate_limit_error", message: "Usage limit reached for 5 hour" } },
});

async function upstream(answer: Answer): Promise<string> {
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const { status, headers = {}, body } = answer(JSON.parse(text).model);
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface World {
  readonly url: string;
  readonly events: UsageEvent[];
  send(model: string): Promise<number>;
  cc(...argv: string[]): Promise<TestRun>;
  get(path: string): Promise<string>;
}

async function openWorld(
  lanes: { anthropic: Answer; zai: Answer },
  env: Record<string, string> = {},
): Promise<World> {
  const [anthropic, zai] = await Promise.all([upstream(lanes.anthropic), upstream(lanes.zai)]);
  const catalog = parseCatalog(`providers:
  anthropic: { base_url: "${anthropic}", auth: { header_mode: passthrough } }
  zai: { base_url: "${zai}", auth: { env: ZAI_API_KEY, header_mode: x-api-key } }
routes:
  - { pattern: "claude-haiku*", provider: zai, fallback: [anthropic] }
  - { pattern: "glm-*", provider: zai, fallback: [] }
  - { pattern: "*", provider: anthropic, fallback: [zai] }
`);
  const quotas = parseQuotas(
    JSON.stringify({ models: { "glm-5": { provider: "zai", rolling_tokens: 1_000_000 } } }),
  );
  if (!catalog.success || !quotas.success) throw new Error("the test's files are broken");
  const events: UsageEvent[] = [];
  const gatewayEnv = { ZAI_API_KEY: "k", CCP_PORT: "0", ...env };
  const gateway = await startGateway({
    settings: parseEnv(gatewayEnv).settings,
    version: "0.0.0-test",
    env: gatewayEnv,
    catalogInForce: { catalog: catalog.catalog, path: "providers.yaml", issues: [] },
    readQuotas: () => ({ config: quotas.config, file: quotas.file, path: "quotas.json", issues: [] }),
    log: {
      append: (event) => void events.push(event),
      status: () => ({ dropped: 0, partialWrites: 0, degraded: null }),
    },
    clock: { wallMs: Date.now, monoMs: () => performance.now(), localHour: () => 0 },
    notice: () => {},
    modelHint: () => null,
    random: () => 0.5,
  });
  onTestFinished(() => gateway.close());
  const { url } = gateway;
  const get = async (path: string): Promise<string> => (await fetch(`${url}${path}`)).text();
  return {
    url,
    events,
    get,
    cc: (...argv) =>
      runTest(argv, { env: { CCP_URL: url }, deps: { request: nodeRequest, nowMs: Date.now } }),
    async send(model) {
      const body = JSON.stringify({ model, max_tokens: 64, messages: [{ role: "user", content: "hello" }] });
      const headers = { "content-type": "application/json", authorization: "Bearer client" };
      const answer = await fetch(`${url}/v1/messages`, { method: "POST", headers, body });
      await answer.text();
      return answer.status;
    },
  };
}

/** Raw tokens by lane and model. */
type Sums = Record<string, number>;

function sumsOfLog(events: readonly UsageEvent[]): Sums {
  const sums: Sums = {};
  for (const event of events) {
    if (event.event === "decision" || event.input_tokens === null) continue;
    const model = event.model.replace(/-\d{8}$/, "");
    const tokens =
      (event.input_tokens ?? 0) +
      (event.output_tokens ?? 0) +
      (event.cache_creation_tokens ?? 0) +
      (event.cache_read_tokens ?? 0);
    sums[`${event.lane} ${model}`] = (sums[`${event.lane} ${model}`] ?? 0) + tokens;
  }
  return sums;
}

const folded = (model: string): string => model.replace(/-\d{8}$/, "").replace(/(\d)[.-](?=\d)/g, "$1-");

function sumsOfView(view: UsageView): Sums {
  const entries = Object.entries(view.models).flatMap(([model, { lanes = {} }]) =>
    Object.entries(lanes).map(([lane, one]): [string, number] => [
      `${lane} ${folded(model)}`,
      one.input_tokens + one.output_tokens + one.cache_creation_tokens + one.cache_read_tokens,
    ]),
  );
  return Object.fromEntries(entries.filter(([, tokens]) => tokens > 0));
}

// can1357/oh-my-pi#8633: a fallback that drained the second plan, unseen.
describe("usage shows everywhere, and every sum agrees", () => {
  // haiku's own lane is at its limit: all of its usage is a fallback's.
  const open = async (): Promise<World> => {
    const world = await openWorld({
      anthropic: served,
      zai: (model) => (model === GLM ? served(model) : refused({ "retry-after": "3600" })),
    });
    for (const model of [HAIKU, HAIKU, HAIKU, HAIKU, HAIKU, HAIKU, HAIKU, OPUS, OPUS, GLM]) {
      expect(await world.send(model)).toBe(200);
    }
    return world;
  };

  it("log, live view, metrics, history and the rows of cc quotas", async () => {
    const world = await open();
    const log = sumsOfLog(world.events);
    const view = JSON.parse(await world.get("/v1/usage")) as UsageView;
    expect(log).toEqual({
      "anthropic claude-haiku-4-5": 11_550,
      "anthropic claude-opus-5": 3300,
      "zai glm-5": 1650,
    });
    expect(sumsOfView(view)).toEqual(log);

    const total = Object.values(log).reduce((sum, tokens) => sum + tokens, 0);
    const scrape = parseMetrics(await world.get("/metrics"));
    const counters = /^ccp_(input|output|cache_read|cache_creation)_tokens_total$/;
    const byLane = (lane: string): number =>
      scrape
        .filter(({ name, labels }) => counters.test(name) && labels.lane === lane)
        .reduce((sum, { value }) => sum + value, 0);
    expect([byLane("anthropic"), byLane("zai")]).toEqual([14_850, 1650]);

    const rollups = JSON.parse(await world.get("/v1/usage/rollups?granularity=hour")) as {
      models: Record<string, { in_tokens: number; out_tokens: number }[]>;
    };
    const history = Object.values(rollups.models)
      .flat()
      .reduce((sum, row) => sum + row.in_tokens + row.out_tokens, 0);
    expect(history).toBe(total);

    // Counted tokens: on the wire, in the gauges, and in the rows.
    const counted = Object.values(view.models).flatMap(({ lanes = {} }) =>
      Object.values(lanes).map((one) => one.rolling_used_tokens ?? 0),
    );
    const countedSum = counted.reduce((sum, tokens) => sum + tokens, 0);
    const gauges = scrape.filter(
      ({ name, labels }) => name === "ccp_window_used_tokens" && labels.window === "rolling",
    );
    expect(gauges.reduce((sum, { value }) => sum + value, 0)).toBe(countedSum);
    const { rows } = JSON.parse((await world.cc("quotas", "--json")).stdout) as {
      rows: { lane: string; model: string; window: string | null; used_tokens: number | null }[];
    };
    const shown = rows.filter(({ model, window }) => model !== "all" && window === "5h");
    expect(shown.reduce((sum, row) => sum + (row.used_tokens ?? 0), 0)).toBe(countedSum);
    expect(
      shown
        .filter((row) => row.used_tokens !== 0)
        .map(({ lane, model }) => `${lane} ${folded(model)}`)
        .sort(),
    ).toEqual(["anthropic claude-haiku-4-5", "anthropic claude-opus-5", "zai glm-5"]);
  });

  it.each([[60], [80], [120]])("every screen has a row of the fallback, %d columns wide", async (columns) => {
    const world = await open();
    const env = { CCP_URL: world.url, COLUMNS: String(columns) };
    for (const argv of [["quotas"], ["status"], ["hud", "--once"]]) {
      const run = await runTest(argv, { env, deps: { request: nodeRequest, nowMs: Date.now } });
      expect(run.stdout, argv.join(" ")).toMatch(/haiku/);
      // 9,030 counted tokens: 7 x (1000 + 50 + 200 + 40).
      expect(run.stdout, argv.join(" ")).toContain("9.03k");
      expect(run.stdout + run.stderr).not.toContain("no response seen yet");
    }
  });
});

// monarch-initiative/dismech#11691: listed as available while every call is refused. lidge-jun/opencodex#433 and
// tombii/better-ccflare#178: a pool at rest that no diagnostic tells of.
describe("verdicts of one mind", () => {
  const REFUSALS: readonly (readonly [string, ReturnType<Answer>, Record<string, string>])[] = [
    ["a 429 with a reset", refused({ "retry-after": "3600" }), {}],
    ["a 429 without one", refused(), {}],
    ["a 429 without one, cooldowns off", refused(), { CCP_QUOTA_COOLDOWN_SEC: "0" }],
    [
      "a throttle that says nothing",
      { status: 429, body: { type: "error", error: { type: "rate_limit_error", message: "slow down" } } },
      {},
    ],
    [
      "a login that is not taken",
      { status: 401, body: { type: "error", error: { type: "authentication_error", message: "invalid" } } },
      { ZAI_API_KEY: "" },
    ],
    [
      "an overload",
      { status: 529, body: { type: "error", error: { type: "overloaded_error", message: "Overloaded" } } },
      {},
    ],
    ["failures", { status: 500, body: { type: "error", error: { type: "api_error", message: "x" } } }, {}],
  ];

  it.each(REFUSALS)(
    "a lane that refuses everything is past any threshold: %s",
    async (_name, answer, env) => {
      const world = await openWorld({ anthropic: () => answer, zai: () => answer }, env);
      for (let i = 0; i < 6; i += 1) expect(await world.send(OPUS)).toBeGreaterThanOrEqual(400);
      expect((await world.cc("quotas", "--threshold", "80")).code).toBe(1);
      expect((await world.cc("guard")).code).toBe(1);
      expect((await world.cc("guard", "--model", OPUS)).code).toBe(1);
    },
  );

  it("a key that is refused is past any threshold, and the fallback still serves", async () => {
    const denied = {
      status: 401,
      body: { type: "error", error: { type: "authentication_error", message: "no" } },
    };
    const world = await openWorld({ anthropic: served, zai: () => denied });
    expect(await world.send(HAIKU)).toBe(200);
    expect((await world.cc("quotas", "--threshold", "80")).code).toBe(1);
    expect((await world.cc("guard", "--model", HAIKU)).code).toBe(0);
    expect((await world.cc("guard", "--model", HAIKU, "--preferred")).code).toBe(1);
  });

  it("all surfaces say the same of each lane", async () => {
    const world = await openWorld({ anthropic: served, zai: () => refused({ "retry-after": "3600" }) });
    for (const model of [HAIKU, HAIKU, OPUS]) expect(await world.send(model)).toBe(200);
    expect(await world.send(GLM)).toBe(429);
    const view = JSON.parse(await world.get("/v1/usage")) as UsageView;
    const states = Object.fromEntries(Object.entries(view.lanes).map(([lane, { state }]) => [lane, state]));
    expect(states).toEqual({ anthropic: "ok", zai: "cooldown" });
    const ready = JSON.parse(await world.get("/readyz")) as { providers: Record<string, { state: string }> };
    expect(
      Object.fromEntries(Object.entries(ready.providers).map(([lane, { state }]) => [lane, state])),
    ).toEqual(states);
    const gauges = parseMetrics(await world.get("/metrics")).filter(
      ({ name, value }) => name === "ccp_lane_state" && value === 1,
    );
    expect(Object.fromEntries(gauges.map(({ labels }) => [labels.lane, labels.state]))).toEqual(states);
    const dry = await fetch(`${world.url}/v1/decisions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: HAIKU }),
    });
    const { would } = (await dry.json()) as {
      would: { lane: string; states: Record<string, { state: string }> };
    };
    expect([would.lane, would.states.zai?.state, would.states.anthropic?.state]).toEqual([
      "anthropic",
      "cooldown",
      "ok",
    ]);
    const line = await fetch(`${world.url}/v1/statusline?no_color=1`, {
      method: "POST",
      body: JSON.stringify({ model: { id: HAIKU } }),
    });
    expect(await line.text()).toMatch(/zai .*cool \d+[ms]/);

    // Requests are served: nobody says no.
    expect((await world.cc("guard")).code).toBe(0);
    expect((await world.cc("guard", "--model", HAIKU)).code).toBe(0);
    expect((await world.cc("guard", "--model", HAIKU, "--preferred")).code).toBe(1);
    expect((await world.cc("guard", "--lane", "zai")).code).toBe(1);
    // A model that nobody asked for yet, and one whose only lane refuses.
    expect((await world.cc("guard", "--model", "claude-sonnet-5")).code).toBe(0);
    expect((await world.cc("guard", "--model", GLM)).code).toBe(1);
    for (const argv of [["quotas"], ["status"], ["hud", "--once"]]) {
      expect((await world.cc(...argv)).stdout, argv.join(" ")).toMatch(/cool /);
    }
  });
});
