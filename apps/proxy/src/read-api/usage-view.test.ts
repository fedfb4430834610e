import { hang, reply, status } from "@ccp/mock-upstream";
import {
  type DecisionSample,
  DecisionSampleSchema,
  type UsageView,
  UsageViewSchema,
} from "@ccp/usage-contract";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { HAIKU, OPUS, postMessage } from "../testing/messages.ts";
import { openTestGateway, type TestGateway, testCatalog } from "../testing/open-test-gateway.ts";

const QUOTAS = {
  models: {
    "claude-haiku-4.5": { provider: "zai", rolling_tokens: 1_000_000 },
    "claude-opus-5.5": { provider: "anthropic", rolling_tokens: 1_000_000 },
  },
};
/** Takes zai past its warn threshold, with room for as many requests again. */
async function warnZai({ url, zai }: Pick<TestGateway, "url" | "zai">): Promise<void> {
  for (let i = 0; i < 17; i += 1) {
    zai.script(reply({ usage: { inputTokens: 49_000, outputTokens: 1000 } }));
    await (await postMessage(url)).text();
  }
}

async function usage(url: string): Promise<UsageView> {
  return v.parse(UsageViewSchema, await (await fetch(`${url}/v1/usage`)).json());
}

async function post(url: string, body: unknown): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

/** Of each state what opens it and when; the whole verdict has tests of its own. */
async function decide(url: string, model: string): Promise<DecisionSample["would"]> {
  const answer = await post(`${url}/v1/decisions`, { model, input_tokens: 10 });
  const { would } = v.parse(DecisionSampleSchema, await answer.json());
  const states = Object.entries(would.states ?? {}).map(
    ([lane, { state, until_ts, reason }]) =>
      [lane, { state, until_ts, ...(state === "disabled" ? { reason } : {}) }] as const,
  );
  return { ...would, states: Object.fromEntries(states) };
}

describe("the newest lane change", () => {
  it("is none where a warned lane served all the same", async () => {
    const { url, zai, decisions } = await openTestGateway({ quotas: QUOTAS });
    await warnZai({ url, zai });
    expect(decisions().at(-1)).toMatchObject({
      lane: "zai",
      decision: "reroute_policy",
      reroute_decision: "quota_warn_attempt",
    });
    expect((await usage(url)).last_switch).toBeUndefined();
  });

  it("stays the newest while later requests stay on their lane", async () => {
    const { url, zai } = await openTestGateway({ quotas: QUOTAS });
    zai.script(status(500));
    await (await postMessage(url)).text();
    await warnZai({ url, zai });
    expect((await usage(url)).last_switch).toMatchObject({
      model: HAIKU,
      lane: "anthropic",
      reroute_decision: "fallback",
    });
  });
});

describe("where each model would go now", () => {
  const would = async (url: string) =>
    Object.entries((await usage(url)).models).map(([model, usage]) => [
      model,
      usage.would?.lane,
      usage.would?.reroute_decision,
    ]);

  it("is its preferred lane, until that is at its limit", async () => {
    const { url } = await openTestGateway({ quotas: QUOTAS });
    const opus = ["claude-opus-5.5", "anthropic", "quota_pass"];
    expect(await would(url)).toEqual([["claude-haiku-4.5", "zai", "quota_pass"], opus]);
    await post(`${url}/v1/quotas/mark-429`, { model: HAIKU, retry_after_sec: 120 });
    expect(await would(url)).toEqual([["claude-haiku-4.5", "anthropic", "quota_cooldown"], opus]);
  });

  it("is nowhere where every lane is spent, and keeps no sample", async () => {
    const { url } = await openTestGateway({ quotas: QUOTAS });
    for (const lane of ["zai", "anthropic"]) {
      await post(`${url}/v1/quotas/mark-429`, { model: HAIKU, lane, retry_after_sec: 120 });
    }
    expect((await would(url))[0]).toEqual(["claude-haiku-4.5", null, "no_fallback"]);
    expect(await (await fetch(`${url}/v1/decisions`)).json()).toMatchObject({ decisions: [] });
  });
});

it("counts requests under way", async () => {
  const { url, zai } = await openTestGateway();
  expect((await usage(url)).in_flight).toBe(0);
  zai.script(hang());
  const left = new AbortController();
  const answer = postMessage(url, { signal: left.signal });
  await expect.poll(async () => (await usage(url)).in_flight, { timeout: 10_000 }).toBe(1);
  left.abort();
  await expect(answer).rejects.toThrow();
  await expect.poll(async () => (await usage(url)).in_flight, { timeout: 10_000 }).toBe(0);
});

describe("how the candidates of a dry run are", () => {
  it("tells a lane at its limit from its count, and when it opens", async () => {
    const { url, clock } = await openTestGateway({ quotas: QUOTAS });
    expect((await decide(url, HAIKU)).states).toEqual({
      zai: { state: "ok", until_ts: null },
      anthropic: { state: "unknown", until_ts: null },
    });
    await post(`${url}/v1/quotas/mark-429`, { model: HAIKU, retry_after_sec: 120 });
    const until_ts = clock.wallMs() / 1000 + 120;
    const would = await decide(url, HAIKU);
    expect([would.lane, would.block, would.states?.zai]).toEqual([
      "anthropic",
      false,
      { state: "cooldown", until_ts },
    ]);
    expect((await decide(url, OPUS)).states?.zai).toEqual({ state: "unknown", until_ts: null });
  });

  it("tells a window that a lane declares spent, and when it opens", async () => {
    const { url, anthropic, clock } = await openTestGateway({ quotas: QUOTAS });
    const until_ts = clock.wallMs() / 1000 + 3600;
    anthropic.script(
      reply({
        headers: {
          "anthropic-ratelimit-unified-5h-utilization": "1",
          "anthropic-ratelimit-unified-5h-reset": String(until_ts),
          "anthropic-ratelimit-unified-5h-status": "rejected",
        },
      }),
    );
    await (await postMessage(url, { model: OPUS })).text();
    const would = await decide(url, OPUS);
    expect([would.lane, would.states?.anthropic]).toEqual(["zai", { state: "block", until_ts }]);
  });

  it("tells a lane past its warn threshold, and one without its key", async () => {
    const { url, zai } = await openTestGateway({ quotas: QUOTAS });
    await warnZai({ url, zai });
    expect((await decide(url, HAIKU)).states?.zai).toEqual({ state: "warn", until_ts: null });
    const keyless = await openTestGateway({ quotas: QUOTAS, env: { ZAI_API_KEY: "" } });
    expect((await decide(keyless.url, HAIKU)).states?.zai).toEqual({
      state: "disabled",
      until_ts: null,
      reason: "ZAI_API_KEY is not set",
    });
    const nameless = await openTestGateway({
      catalog: (urls) => testCatalog(urls).replace(/ +model_map: .*\n/, ""),
    });
    expect((await decide(nameless.url, "claude-opus-5-5")).states?.zai).toEqual({
      state: "disabled",
      until_ts: null,
      reason: "it has no name for claude-opus-5-5 (model_map)",
    });
  });
});

describe("simulated usage", () => {
  it("feeds windows and speeds by the seconds it took, and no prediction", async () => {
    const { url, gateway } = await openTestGateway({ quotas: QUOTAS, settings: { devEnable: true } });
    const predicted = (): number =>
      gateway.deps.engine.predict({ lane: "zai", model: HAIKU, bodyBytes: 1000, maxTokens: 100 })
        .countedTokens;
    const before = predicted();
    await post(`${url}/v1/dev/sim-usage`, { model: HAIKU, in: 100, out: 60, repeat: 3, seconds: 2 });
    const model = (await usage(url)).models["claude-haiku-4.5"];
    expect(model).toMatchObject({ rolling_used_tokens: 480, speeds: { rolling_samples: 3 } });
    expect(model?.speeds.rolling).toMatchObject({ out_elr_tps: 30, out_dirty_tps: 30, in_elr_tps: 50 });
    expect(model?.speeds.ttft_ms.p50).toBeNull();
    expect(predicted()).toBe(before);
  });
});
