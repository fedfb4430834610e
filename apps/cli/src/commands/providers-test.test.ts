import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import type { ProviderTest } from "@ccp/usage-contract";
import { describe, expect, it, onTestFinished } from "vitest";
import { nodeRequest } from "../client/node-request.ts";
import { json, runTest, visible } from "../test-kit/run-test.ts";
import { judgeLaneTest } from "../view/lane-test.ts";

const CANARY = "sk-canary-77aa";

const LANE = {
  base_url: "https://api.z.ai/api/anthropic",
  auth: { env: "ZAI_API_KEY", header_mode: "x-api-key", scoped_env: {} },
  models: {},
  model_map: {},
  context_tokens: null,
  extractor: "zai",
  dialect: "zai",
  quota_poll_minutes: null,
  trust_origin: false,
  enabled: true,
  state: "ready",
  key_env: "ZAI_API_KEY",
  key_set: true,
  reason: null,
} as const;

const ANSWER: ProviderTest = {
  lane: "zai",
  asked: "GET https://api.z.ai/api/anthropic/v1/models",
  key_sent: true,
  status: 200,
  latency_ms: 184,
  clock_skew_sec: -2,
};

const CATALOG = json({ ts: 1, path: null, profile: null, providers: { zai: LANE }, routes: [] });
const ask = (answer: ProviderTest, argv: string[] = [], env: Record<string, string> = {}) =>
  runTest(["providers", "test", "zai", ...argv], {
    env,
    routes: { "GET /v1/providers": CATALOG, "POST /v1/providers/test": json(answer) },
  });

describe("cc providers test", () => {
  it("says what was asked, by whom, and what came of it", async () => {
    const refused = { ...ANSWER, status: 401 };
    const silent = {
      ...ANSWER,
      status: null,
      latency_ms: null,
      clock_skew_sec: null,
      error: "no connection",
    };
    const screens: string[] = [];
    for (const columns of ["120", "80", "60"]) {
      for (const answer of [{ ...ANSWER, clock_skew_sec: 300 }, refused, silent]) {
        const { stdout } = await ask(answer, [], { COLUMNS: columns });
        for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(Number(columns));
        screens.push(stdout);
      }
    }
    screens.push(visible((await ask(refused, ["--color"])).stdout));
    await expect(screens.join("\n")).toMatchFileSnapshot("__snapshots__/providers/test.txt");
    expect([(await ask(ANSWER)).code, (await ask(refused)).code, (await ask(silent)).code]).toEqual([
      0, 1, 1,
    ]);
  });

  it("--json is the gateway's answer with a verdict", async () => {
    expect(JSON.parse((await ask(ANSWER, ["--json"])).stdout)).toEqual({
      schema: "ccp.provider-test/1",
      asked_by: "gateway",
      ...ANSWER,
      ok: true,
      reason: "it answers and takes the key",
    });
  });

  it("without a gateway asks from here, with this shell's key, and shows it nowhere", async () => {
    const seen: [string, IncomingHttpHeaders][] = [];
    const server = createServer((request, response) => {
      seen.push([`${request.method} ${request.url}`, request.headers]);
      response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const lane = { ...LANE, base_url: `http://127.0.0.1:${port}/api/anthropic` };
    const catalog = json({ ts: 1, path: null, profile: null, providers: { zai: lane }, routes: [] });
    const { code, stdout, stderr } = await runTest(["providers", "test", "zai"], {
      env: { ZAI_API_KEY: CANARY },
      deps: {
        // An older gateway: it knows its catalog, and no test.
        request: (call) =>
          call.url.includes(":8082/")
            ? Promise.resolve(call.method === "GET" ? catalog : { status: 404, text: "" })
            : nodeRequest(call),
      },
    });
    expect([code, stderr]).toEqual([0, ""]);
    expect(seen.map(([what, headers]) => [what, headers["x-api-key"], headers.authorization])).toEqual([
      ["GET /api/anthropic/v1/models", CANARY, undefined],
    ]);
    expect(stdout).toContain("from this shell");
    expect(stdout).not.toContain(CANARY);
  });

  it("of a lane that is not there suggests one", async () => {
    const { code, stderr } = await runTest(["providers", "test", "zia"], {
      routes: { "GET /v1/providers": CATALOG },
    });
    expect([code, stderr.split("\n")[1]]).toEqual([64, "     did you mean zai?"]);
  });
});

describe("judgeLaneTest", () => {
  it.each([
    [200, true, true, "it answers and takes the key"],
    [200, false, true, "it answers; no key was sent: ZAI_API_KEY is not set where the gateway runs"],
    [302, true, false, "it sends elsewhere (302), which is never followed"],
    [400, true, false, "it answers 400"],
    [401, true, false, "it answers, and refuses the key (401)"],
    [401, false, true, "it answers; no key was sent: ZAI_API_KEY is not set where the gateway runs"],
    [403, true, false, "it answers, and refuses the key (403)"],
    [404, true, true, "it answers; it has no list of models, so the key was not tried"],
    [429, true, true, "it answers; too many requests just now (429)"],
    [503, true, false, "it answers 503: its own fault"],
  ])("%d with key sent %s: ok %s, %s", (status, key_sent, ok, text) => {
    expect(judgeLaneTest({ ...ANSWER, status, key_sent }, LANE, "gateway")).toMatchObject({ ok, text });
  });
});
