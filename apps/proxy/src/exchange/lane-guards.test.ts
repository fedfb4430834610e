import { status } from "@ccp/mock-upstream";
import { describe, expect, it } from "vitest";
import { HAIKU, messageBody, OPUS, postMessage } from "../testing/messages.ts";
import { openTestGateway, testCatalog } from "../testing/open-test-gateway.ts";

const JSON_BODY = { "content-type": "application/json" };

describe("the kill switch OFFLOAD_PAUSED", () => {
  it("pins live traffic, dry runs and counts of tokens to Anthropic", async () => {
    const { url, anthropic, zai } = await openTestGateway({ env: { OFFLOAD_PAUSED: "1" } });
    const answer = await postMessage(url, { model: HAIKU });
    expect([answer.headers.get("x-ccp-lane"), answer.headers.get("x-ccp-decision")]).toEqual([
      "anthropic",
      "quota_pass",
    ]);
    const dry = await fetch(`${url}/v1/decisions`, {
      method: "POST",
      headers: JSON_BODY,
      body: JSON.stringify({ model: HAIKU, input_tokens: 20 }),
    });
    expect(await dry.json()).toMatchObject({ would: { lane: "anthropic", decision: "failover_paused" } });
    const counted = await postMessage(url, { model: HAIKU, path: "/v1/messages/count_tokens" });
    expect(counted.headers.get("x-ccp-lane")).toBe("anthropic");
    // A limit there is the client's: nothing else is tried.
    anthropic.script(status(429, { type: "error", error: { type: "rate_limit_error", message: "x" } }));
    expect((await postMessage(url, { model: OPUS })).status).toBe(429);
    expect(zai.requests).toEqual([]);
  });
});

describe("the path of a request", () => {
  it("is the client's request line behind the lane's own prefix, whatever headers say", async () => {
    const { url, anthropic, zai } = await openTestGateway({
      catalog: ({ anthropic: a, zai: z }) => `providers:
  anthropic: { base_url: "${a}", auth: { env: NONE, header_mode: passthrough }, models: { "claude-*": {} } }
  zai: { base_url: "${z}/api/anthropic", auth: { env: ZAI_API_KEY, header_mode: x-api-key }, dialect: zai, model_map: { "*": glm-5 } }
routes:
  - { pattern: "claude-haiku*", provider: zai, fallback: [anthropic] }
`,
    });
    const steering = Object.fromEntries(
      [
        "x-forwarded-prefix",
        "x-original-url",
        "x-original-uri",
        "x-rewrite-url",
        "x-envoy-original-path",
        "x-http-method-override",
        "x-forwarded-path",
        "x-forwarded-host",
        "x-ccp-path",
      ].map((name) => [name, "/evil"]),
    );
    await postMessage(url, { model: HAIKU, headers: steering, path: "/v1/messages?beta=true" });
    expect(zai.requests.at(-1)).toMatchObject({ method: "POST", path: "/api/anthropic/v1/messages" });
    expect(JSON.stringify(zai.requests.at(-1)?.rawHeaders)).not.toContain("/evil");
    await postMessage(url, { model: OPUS, headers: steering, path: "/v1/messages" });
    expect(anthropic.requests.at(-1)).toMatchObject({ method: "POST", path: "/v1/messages" });
    expect(JSON.stringify(anthropic.requests.at(-1)?.rawHeaders)).not.toContain("/evil");
    await fetch(`${url}/v1/models`, { headers: steering });
    expect(anthropic.requests.at(-1)?.path).toBe("/v1/models");
    expect(JSON.stringify(anthropic.requests.at(-1)?.rawHeaders)).not.toContain("/evil");
  });
});

describe("betas on the paths that are relayed", () => {
  it.each([
    ["GET", "/v1/files?limit=1"],
    ["POST", "/v1/files"],
    ["POST", "/v1/messages/batches"],
    ["GET", "/v1/skills"],
  ])("reach Anthropic as they came: %s %s", async (method, path) => {
    const { url, anthropic } = await openTestGateway();
    const betas = "files-api-2025-04-14, oauth-2025-04-20 ,skills-2025-10-02";
    const body = method === "POST" ? { body: "{}" } : {};
    await fetch(url + path, { method, headers: { ...JSON_BODY, "anthropic-beta": betas }, ...body });
    expect(anthropic.requests.at(-1)?.header("anthropic-beta")).toBe(betas);
  });
});

// anthropics/claude-code#23822, #51745, #61808
describe("a long context that the plan does not hold", () => {
  it.each<[number, string]>([
    [400, "The long context beta is not yet available for this subscription."],
    [429, "Extra usage is required for long context requests."],
  ])("goes to another lane and keeps nothing else away, %i", async (code, message) => {
    const { url, anthropic } = await openTestGateway();
    const refusal = { type: "error", error: { type: "invalid_request_error", message } };
    anthropic.script(status(code, refusal));
    const answer = await postMessage(url, { model: OPUS });
    expect([answer.status, answer.headers.get("x-ccp-lane")]).toEqual([200, "zai"]);
    expect((await postMessage(url, { model: OPUS })).headers.get("x-ccp-lane")).toBe("anthropic");
  });

  it("is told in the lane's own words where no other lane can take it", async () => {
    const { url, anthropic, zai } = await openTestGateway({
      catalog: (urls) => testCatalog(urls).replace("context_tokens: 200000", "context_tokens: 20000"),
    });
    const message = "The long context beta is not yet available for this subscription.";
    const refusal = { type: "error", error: { type: "invalid_request_error", message } };
    anthropic.script(status(400, refusal));
    const body = messageBody({ model: OPUS, prompt: "word ".repeat(300_000) });
    const answer = await fetch(`${url}/v1/messages`, { method: "POST", headers: JSON_BODY, body });
    expect([answer.status, await answer.json()]).toEqual([400, refusal]);
    expect(zai.requests).toEqual([]);
  });
});
