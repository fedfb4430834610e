import { reply, status } from "@ccp/mock-upstream";
import { describe, expect, it } from "vitest";
import { OPUS, postMessage } from "../testing/messages.ts";
import { openTestGateway, testCatalog } from "../testing/open-test-gateway.ts";

const SESSION = { "x-claude-code-session-id": "5f0c2a1e-0000-4000-8000-000000000001" };
const LIMIT = status(429, { error: { code: "1308", message: "[1308][limit]" } });
const CACHED = reply({
  usage: { inputTokens: 10, outputTokens: 10, cacheReadTokens: 900, cacheCreationTokens: 0 },
});

async function laneOf(answer: Promise<Response>): Promise<string | null> {
  const { headers, ...rest } = await answer;
  void rest;
  return headers.get("x-ccp-lane");
}

describe("a conversation that was moved", () => {
  it("stays where its prompt cache now lies, once another request has proved its own lane again", async () => {
    const { url, zai, anthropic, clock, decisions } = await openTestGateway({
      settings: { cooldownSec: 60 },
    });
    zai.script(LIMIT);
    anthropic.script(CACHED);
    expect(await laneOf(postMessage(url, { headers: SESSION }))).toBe("anthropic");
    clock.advance(61_000);
    expect(await laneOf(postMessage(url))).toBe("zai");
    expect(await laneOf(postMessage(url, { headers: SESSION }))).toBe("anthropic");
    expect(decisions().at(-1)).toMatchObject({
      decision: "reroute_policy",
      reroute_decision: "quota_cooldown",
    });
    expect(await laneOf(postMessage(url))).toBe("zai");
    clock.advance(300_000);
    expect(await laneOf(postMessage(url, { headers: SESSION }))).toBe("zai");
  });
});

describe("traffic classes", () => {
  it("let background and subagents leave a lane before the main agent has to", async () => {
    const quotas = {
      models: {
        "claude-opus-*": {
          provider: "anthropic",
          rolling_tokens: 100_000,
          reserve: { subagent: 0.3, background: 0.5 },
        },
      },
    };
    const { url } = await openTestGateway({ quotas, settings: { devEnable: true } });
    const simulate = (tokens: number) =>
      fetch(`${url}/v1/dev/sim-usage`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ model: OPUS, in: tokens, out: 0 }),
      });
    const agent = { "x-claude-code-agent-id": "agent-1" };
    const background = { "x-claude-code-request-class": "background" };
    const lanes = async () => [
      await laneOf(postMessage(url, { model: OPUS })),
      await laneOf(postMessage(url, { model: OPUS, headers: agent })),
      await laneOf(postMessage(url, { model: OPUS, headers: background })),
    ];
    expect(await lanes()).toEqual(["anthropic", "anthropic", "anthropic"]);
    await simulate(55_000);
    expect(await lanes()).toEqual(["anthropic", "anthropic", "zai"]);
    await simulate(20_000);
    expect(await lanes()).toEqual(["anthropic", "zai", "zai"]);
  });
});

// A reserve sends what is done for the main agent elsewhere. Of other gateways, whose state went by the session alone:
// raine/claude-code-proxy#95, BYK/loreai#1701, router-for-me/CLIProxyAPI#5364.
describe("the main agent of a session", () => {
  const MODEL = "claude-haiku-5-5";
  const TOOLS = [{ name: "Bash", input_schema: { type: "object" } }];
  const post = (url: string, body: object, headers: object = {}) =>
    fetch(`${url}/v1/messages`, {
      method: "POST",
      headers: { "content-type": "application/json", ...SESSION, ...headers },
      body: JSON.stringify({
        model: MODEL,
        max_tokens: 64,
        messages: [{ role: "user", content: "hi" }],
        ...body,
      }),
    });

  it.each<[string, object, object, string]>([
    ["a title", {}, {}, "zai"],
    ["an auxiliary request", { tools: TOOLS }, { "x-claude-code-request-class": "auxiliary" }, "zai"],
    ["a subagent", { tools: TOOLS }, { "x-claude-code-agent-id": "a1" }, "zai"],
    ["a request that is too large for the room left", { max_tokens: 50_000 }, {}, "zai"],
  ])("stays where it is when %s goes elsewhere", async (_, side, headers, lane) => {
    const cap = { provider: "anthropic", rolling_tokens: 4000, reserve: { subagent: 0.8, background: 0.8 } };
    const usage = { inputTokens: 600, outputTokens: 5, cacheReadTokens: 0, cacheCreationTokens: 0 };
    const { url } = await openTestGateway({
      quotas: { models: { [MODEL]: cap } },
      catalog: (urls) =>
        testCatalog(urls).replace(
          "provider: zai, fallback: [anthropic]",
          "provider: anthropic, fallback: [zai]",
        ),
      anthropic: { respond: () => reply({ usage }) },
    });
    for (let i = 0; i < 2; i += 1) expect(await laneOf(post(url, { tools: TOOLS }))).toBe("anthropic");
    expect(await laneOf(post(url, side, headers))).toBe(lane);
    expect(await laneOf(post(url, { tools: TOOLS }))).toBe("anthropic");
  });
});

describe("Claude Code's question about its plan", () => {
  it("goes to Anthropic, whatever the route of its model says", async () => {
    const { url, anthropic, zai } = await openTestGateway();
    const headers = { "user-agent": "claude-cli/2.1.330 (external, cli)", ...SESSION };
    await (await postMessage(url, { maxTokens: 1, prompt: "quota", headers })).text();
    expect([anthropic.requests.length, zai.requests.length]).toEqual([1, 0]);
    expect(await laneOf(postMessage(url, { headers }))).toBe("zai");
  });
});
