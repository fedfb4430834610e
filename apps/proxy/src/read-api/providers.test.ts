import { reply } from "@ccp/mock-upstream";
import { ProvidersViewSchema, ProviderTestSchema, UsageViewSchema } from "@ccp/usage-contract";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { HAIKU, postMessage } from "../testing/messages.ts";
import { CANARY, openTestGateway } from "../testing/open-test-gateway.ts";

async function test(url: string, lane: string): Promise<Response> {
  return fetch(`${url}/v1/providers/test`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ lane }),
  });
}

describe("GET /v1/providers", () => {
  it("is the catalog that routes, with the keys as the gateway has them", async () => {
    const { url, zai } = await openTestGateway();
    const text = await (await fetch(`${url}/v1/providers`)).text();
    const view = v.parse(ProvidersViewSchema, JSON.parse(text));
    expect(view).toMatchObject({ path: "providers.yaml", profile: null });
    expect(Object.keys(view.providers)).toEqual(["anthropic", "zai"]);
    expect(view.providers.zai).toMatchObject({
      base_url: zai.url,
      state: "ready",
      key_env: "ZAI_API_KEY",
      key_set: true,
      reason: null,
    });
    expect(view.providers.anthropic).toMatchObject({ state: "passthrough", key_set: false });
    expect(view.routes[0]).toEqual({ pattern: "claude-haiku*", provider: "zai", fallback: ["anthropic"] });
    expect(text).not.toContain(CANARY.zai);
  });

  it("never leads a path of its own to an upstream", async () => {
    const { url, anthropic } = await openTestGateway();
    expect((await fetch(`${url}/v1/providers/zai`)).status).toBe(404);
    expect(anthropic.requests).toEqual([]);
  });
});

describe("POST /v1/providers/test", () => {
  it("asks for the list of models with the gateway's key, and books nothing", async () => {
    const { url, zai, events } = await openTestGateway();
    const answer = await test(url, "zai");
    expect(v.parse(ProviderTestSchema, await answer.json())).toMatchObject({
      lane: "zai",
      asked: `GET ${zai.url}/v1/models`,
      key_sent: true,
      status: 200,
    });
    expect(zai.requests.map(({ method, path }) => [method, path])).toEqual([["GET", "/v1/models"]]);
    expect(events).toEqual([]);
    expect((await (await fetch(`${url}/metrics`)).text()).match(/^ccp_requests_total\{.*/m)).toBeNull();
  });

  it("sends no credential to a lane that has none of its own", async () => {
    const { url, anthropic } = await openTestGateway();
    expect(await (await test(url, "anthropic")).json()).toMatchObject({ key_sent: false });
    expect(anthropic.requests.map((request) => request.header("authorization"))).toEqual([null]);
  });

  it("says why nothing answered", async () => {
    const { url, zai } = await openTestGateway();
    await zai.close();
    expect(await (await test(url, "zai")).json()).toMatchObject({
      status: null,
      latency_ms: null,
      clock_skew_sec: null,
      error: "no connection could be made",
    });
  });

  it("knows its lanes, and is no place for web pages", async () => {
    const { url } = await openTestGateway();
    expect((await test(url, "nope")).status).toBe(404);
    const page = await fetch(`${url}/v1/providers/test`, {
      method: "POST",
      headers: { "content-type": "application/json", "sec-fetch-site": "same-origin" },
      body: '{"lane":"zai"}',
    });
    expect(page.status).toBe(403);
  });
});

describe("GET /v1/usage", () => {
  it("tells which process answers, and how its log is", async () => {
    const { url } = await openTestGateway();
    const view = v.parse(UsageViewSchema, await (await fetch(`${url}/v1/usage`)).json());
    expect(view.gateway).toEqual({
      version: "0.0.0-test",
      node: process.version,
      pid: process.pid,
      host: "127.0.0.1",
    });
    expect(view.log).toEqual({ dropped: 0, partial_writes: 0, degraded: null });
    expect(view.waiting_quotas).toBeUndefined();
    expect(view.last_switch).toBeUndefined();
  });

  it("lists quota patterns until a model has used them", async () => {
    const { url, zai } = await openTestGateway({
      quotas: {
        models: {
          "claude-haiku-*": { provider: "zai", rolling_tokens: 100_000, weekly_limit_value: 1_000_000 },
          "glm-*": { provider: "zai", weekly_limit_type: "hours", weekly_limit_value: 40 },
        },
      },
    });
    const waiting = async () =>
      v.parse(UsageViewSchema, await (await fetch(`${url}/v1/usage`)).json()).waiting_quotas;
    const glm = { provider: "zai", rolling_capacity_tokens: null, weekly_capacity_tokens: null };
    expect(await waiting()).toEqual({
      "claude-haiku-*": {
        provider: "zai",
        rolling_capacity_tokens: 100_000,
        weekly_capacity_tokens: 1_000_000,
      },
      "glm-*": glm,
    });
    zai.script(reply({ usage: { inputTokens: 9, outputTokens: 3 } }));
    await (await postMessage(url, { model: HAIKU })).text();
    expect(await waiting()).toEqual({ "glm-*": glm });
  });

  it("names the newest lane change", async () => {
    const { url } = await openTestGateway({
      quotas: { models: { "claude-haiku-4.5": { provider: "zai", rolling_tokens: 1 } } },
    });
    await (await postMessage(url, { model: HAIKU })).text();
    const view = v.parse(UsageViewSchema, await (await fetch(`${url}/v1/usage`)).json());
    expect(view.last_switch).toMatchObject({
      model: HAIKU,
      lane: "anthropic",
      reroute_decision: "quota_block",
    });
  });
});
