import { reply, status } from "@ccp/mock-upstream";
import { CalibrationViewSchema, ErrorBodySchema } from "@ccp/usage-contract";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { OPUS, postMessage } from "../testing/messages.ts";
import { openTestGateway, type TestGatewayOptions } from "../testing/open-test-gateway.ts";

const QUOTAS = {
  models: {
    "claude-haiku-4.5": { provider: "zai", rolling_tokens: 10_000 },
    "glm-4.6": { provider: "zai", rolling_tokens: 1000 },
  },
  pools: { coding: { provider: "zai", models: ["glm-*"], rolling_tokens: 5000 } },
};

async function open(options: TestGatewayOptions = {}) {
  // run2cap: the request that meets the limit must be sent, however large it is thought to be.
  const settings = { rerouteMode: "run2cap", ...options.settings } as const;
  const test = await openTestGateway({ quotas: QUOTAS, ...options, settings });
  const view = async () =>
    v.parse(CalibrationViewSchema, await (await fetch(`${test.url}/v1/calibration`)).json());
  const reset = (body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${test.url}/v1/calibration/reset`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  return { ...test, view, reset };
}

/** One request of 6000 tokens, and a second later a refusal that says when the window resets. */
async function teach({ url, zai, clock }: Awaited<ReturnType<typeof open>>): Promise<void> {
  zai.script(reply({ usage: { inputTokens: 5000, outputTokens: 1000 } }));
  await (await postMessage(url)).text();
  clock.advance(1000);
  zai.script(status(429, { error: { code: "1308", message: "[1308][limit]" } }, { "retry-after": "3600" }));
  await (await postMessage(url)).text();
}

const NOTHING = {
  gap_seconds_p50: null,
  gap_seconds_p95: null,
  gap_samples: 0,
  bias: null,
  bias_samples: 0,
  warn_pct: 0.8,
  warn_pct_auto: 0.8,
  warn_pct_confidence: 0,
  calculated_reset_ts: null,
  declared_reset_ts: null,
};

describe("GET /v1/calibration", () => {
  it("shows every configured model and pool before anything was learned", async () => {
    const { view, clock } = await open();
    expect(await view()).toEqual({
      ts: clock.wallMs() / 1000,
      probe_results: null,
      windows: { rolling_seconds: 18_000, weekly_seconds: 604_800 },
      models: {
        "claude-haiku-4.5": { lanes: { zai: NOTHING } },
        "glm-4.6": { lanes: { zai: NOTHING } },
      },
      pools: { coding: { provider: "zai", ...NOTHING } },
      lanes: { anthropic: { units: [] }, zai: { units: [] } },
    });
  });

  it("shows what a refusal taught", async () => {
    const test = await open();
    await teach(test);
    const { models } = await test.view();
    expect(models["claude-haiku-4.5"]?.lanes.zai).toMatchObject({
      // The first request began 1 s before the refusal, and its window ends 5 h after it.
      gap_seconds_p50: 18_000 - 1 - 3600,
      gap_samples: 1,
      bias: 0.6,
      bias_samples: 1,
    });
    expect(Object.keys(models["claude-haiku-4.5"]?.lanes ?? {})).toEqual(["zai", "anthropic"]);
  });

  it("shows the units of a lane that declares its utilisation", async () => {
    const { url, anthropic, view, clock } = await open();
    for (const utilization of ["0.10", "0.14", "0.18"]) {
      clock.advance(1000);
      anthropic.script(
        reply({
          usage: { inputTokens: 800, outputTokens: 0 },
          headers: {
            "anthropic-ratelimit-unified-5h-status": "allowed",
            "anthropic-ratelimit-unified-5h-utilization": utilization,
          },
        }),
      );
      await (await postMessage(url, { model: OPUS })).text();
    }
    // 800 input tokens went by for each rise of 4 points.
    expect((await view()).lanes.anthropic?.units).toEqual([
      { window: "5h", tokens_per_pct: 200, confidence: 1 / 3, spans: 2, points_per_million: null },
    ]);
  });

  it("survives a model that is named like a part of every object", async () => {
    const { url, view } = await open();
    await (await postMessage(url, { model: "__proto__" })).text();
    expect(Object.keys((await view()).models)).toEqual(["claude-haiku-4.5", "glm-4.6"]);
    expect(await (await fetch(`${url}/v1/calibration`)).text()).toContain('"__proto__":{"lanes":');
  });
});

describe("POST /v1/calibration/reset", () => {
  it("forgets one model and keeps its counts", async () => {
    const test = await open();
    await teach(test);
    expect((await test.view()).models["claude-haiku-4.5"]?.lanes.zai).toMatchObject({ gap_samples: 1 });
    expect((await test.reset({ model: "claude-haiku-4-5-20251001", lane: "zai" })).status).toBe(204);
    const { models } = await test.view();
    expect(models["claude-haiku-4.5"]?.lanes.zai).toMatchObject({ gap_samples: 0, bias: null });
    expect(models["claude-haiku-4.5"]?.lanes.zai?.calculated_reset_ts).not.toBeNull();
  });

  it("forgets everything when nothing is named", async () => {
    const test = await open();
    await teach(test);
    expect((await test.view()).models["claude-haiku-4.5"]?.lanes.zai).toMatchObject({ gap_samples: 1 });
    expect((await test.reset({})).status).toBe(204);
    expect((await test.view()).models["claude-haiku-4.5"]?.lanes.zai).toMatchObject({ gap_samples: 0 });
  });

  it.each([
    [{ model: "gpt-9" }, "model: nothing is known of gpt-9"],
    [{ model: "glm-4.6", lane: "anthropic" }, "model: nothing is known of glm-4.6 on lane anthropic"],
    [{ lane: "nope" }, "lane: no lane nope; there are anthropic, zai"],
    [{ modle: "glm-4.6" }, "modle: unknown key"],
  ])("refuses %j", async (body, message) => {
    const { reset } = await open();
    const answer = await reset(body);
    expect(answer.status).toBe(422);
    expect(v.parse(ErrorBodySchema, await answer.json()).error.message).toContain(message);
  });

  it("wants the admin token where one is set, and no browser where none is", async () => {
    const guarded = await open({ settings: { adminToken: "s3cret" } });
    expect((await guarded.reset({})).status).toBe(401);
    expect((await guarded.reset({}, { authorization: "Bearer s3cret" })).status).toBe(204);
    const free = await open();
    expect((await free.reset({}, { origin: new URL(free.url).origin })).status).toBe(403);
  });
});

it("relays nothing of this corner of the name space", async () => {
  const { url, anthropic } = await open();
  expect((await fetch(`${url}/v1/calibration/nope`)).status).toBe(404);
  expect(anthropic.requests).toHaveLength(0);
});
