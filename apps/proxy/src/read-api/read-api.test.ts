import { cutAfterBytes, reply, status } from "@ccp/mock-upstream";
import {
  DecisionSampleSchema,
  ReadyzSchema,
  RollupsViewSchema,
  SamplesViewSchema,
  UsageViewSchema,
} from "@ccp/usage-contract";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { HAIKU, OPUS, postMessage } from "../testing/messages.ts";
import { CANARY, openTestGateway } from "../testing/open-test-gateway.ts";

const QUOTAS = {
  models: {
    "claude-haiku-4.5": { provider: "zai", rolling_tokens: 1000, weekly_limit_value: 10_000 },
    "claude-opus-*": { provider: "anthropic", rolling_tokens: 5000 },
  },
};

async function getJson(url: string): Promise<Record<string, unknown>> {
  return (await (await fetch(url)).json()) as Record<string, unknown>;
}

function post(url: string, body: unknown): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

describe("GET /v1/usage", () => {
  it("shows every configured model before the first request", async () => {
    const { url } = await openTestGateway({ quotas: QUOTAS });
    const view = v.parse(UsageViewSchema, await getJson(`${url}/v1/usage`));
    expect(view.models["claude-haiku-4.5"]).toMatchObject({
      provider: "zai",
      rolling_used_tokens: 0,
      rolling_capacity_tokens: 1000,
      weekly_capacity_tokens: 10_000,
      rolling_pct: 0,
      headroom_pct_rolling: 1,
      warn: false,
      block: false,
      eta_rolling_sec: 0,
      cooldown_active: false,
      cooldown_next_ts: null,
      gap_samples: 0,
      gap_seconds_p50: null,
    });
    expect(view.models["claude-haiku-4.5"]?.speeds.hourly).toHaveLength(24);
    expect(view).toMatchObject({ reroute_mode: "hybrid", cooldown_sec: 300 });
  });

  it("takes in what an answer declares about its lane's windows, with source and age", async () => {
    const { url, anthropic, clock } = await openTestGateway();
    const resetTs = clock.wallMs() / 1000 + 3600;
    anthropic.script(
      reply({
        headers: {
          "anthropic-ratelimit-unified-5h-status": "allowed",
          "anthropic-ratelimit-unified-5h-utilization": "0.42",
          "anthropic-ratelimit-unified-5h-reset": String(resetTs),
        },
      }),
    );
    await (await postMessage(url, { model: OPUS })).text();
    clock.advance(300_000);
    const view = v.parse(UsageViewSchema, await getJson(`${url}/v1/usage`));
    expect(view.lanes.anthropic?.windows).toContainEqual(
      expect.objectContaining({
        name: "5h",
        used_pct: 0.42,
        reset_ts: resetTs,
        source: "header",
        // And what passed between the answer's head and its verdict.
        age_sec: expect.closeTo(300, -1),
      }),
    );
    expect(view.lanes.anthropic?.state).toBe("ok");
  });
});

describe("history", () => {
  it("gives finished exchanges and their sums by hour", async () => {
    const { url, zai } = await openTestGateway();
    zai.script(reply({ usage: { inputTokens: 30, outputTokens: 12 } }));
    await (await postMessage(url, { model: HAIKU, stream: true })).text();
    const samples = v.parse(SamplesViewSchema, await getJson(`${url}/v1/usage/samples?model=${HAIKU}`));
    expect(samples.models[HAIKU]).toMatchObject([
      { lane: "zai", input_tokens: 30, output_tokens: 12, status: 200 },
    ]);
    const rollups = v.parse(RollupsViewSchema, await getJson(`${url}/v1/usage/rollups?granularity=day`));
    expect(rollups.models[HAIKU]).toMatchObject([{ in_tokens: 30, out_tokens: 12, count: 1 }]);
    expect((await fetch(`${url}/v1/usage/rollups?granularity=week`)).status).toBe(400);
    expect((await fetch(`${url}/v1/usage/samples?path=/etc/passwd`)).status).toBe(400);
  });
});

describe("GET /openapi.json", () => {
  it("describes every own route", async () => {
    const { url } = await openTestGateway();
    const document = await getJson(`${url}/openapi.json`);
    expect(document.openapi).toBe("3.1.0");
    expect(Object.keys(document.paths as object)).toEqual(
      expect.arrayContaining(["/v1/usage", "/v1/decisions"]),
    );
  });
});

describe("quotas", () => {
  it("are shown, reloaded, and kept when the new file is broken", async () => {
    const { url } = await openTestGateway({ quotas: QUOTAS });
    expect(await getJson(`${url}/v1/quotas`)).toMatchObject({ path: "quotas.json", config: QUOTAS });
    expect((await fetch(`${url}/v1/quotas/reload`, { method: "POST" })).status).toBe(204);
    expect((await fetch(`${url}/v1/quotas/reload?file=/etc/passwd`, { method: "POST" })).status).toBe(400);
  });

  it("can be marked as spent by hand", async () => {
    const { url, zai, clock } = await openTestGateway({ quotas: QUOTAS });
    expect((await post(`${url}/v1/quotas/mark-429`, { model: HAIKU, retry_after_sec: 120 })).status).toBe(
      204,
    );
    const view = v.parse(UsageViewSchema, await getJson(`${url}/v1/usage`));
    expect(view.models["claude-haiku-4.5"]).toMatchObject({
      cooldown_active: true,
      cooldown_next_ts: clock.wallMs() / 1000 + 120,
    });
    expect((await postMessage(url)).headers.get("x-ccp-lane")).toBe("anthropic");
    expect(zai.requests).toHaveLength(0);
    expect((await post(`${url}/v1/quotas/mark-429`, { model: HAIKU, lane: "nope" })).status).toBe(422);
    const bad = await post(`${url}/v1/quotas/mark-429`, { retry_after_sec: -1 });
    expect(bad.status).toBe(422);
    expect(await bad.json()).toMatchObject({
      type: "error",
      error: { issues: [{ path: "model" }, { path: "retry_after_sec" }] },
    });
  });
});

describe("POST /v1/decisions", () => {
  it("tells what would happen, keeps the sample, and changes nothing", async () => {
    const { url } = await openTestGateway({ quotas: QUOTAS });
    const { uptime_sec: _before, ...before } = await getJson(`${url}/v1/usage`);
    for (let i = 0; i < 50; i += 1) {
      const answer = await post(`${url}/v1/decisions`, {
        model: HAIKU,
        input_tokens: 100,
        escalation_reason: `n${i}`,
      });
      expect(answer.status).toBe(202);
      const sample = v.parse(DecisionSampleSchema, await answer.json());
      expect(sample).toMatchObject({
        dry_run: true,
        accepted: { model: HAIKU },
        would: { lane: "zai", decision: "forced_model" },
      });
    }
    const { uptime_sec: _after, ...after } = await getJson(`${url}/v1/usage`);
    expect(after).toEqual(before);
    const list = (await getJson(`${url}/v1/decisions?limit=3`)) as {
      decisions: { accepted: { escalation_reason: string } }[];
    };
    expect(list.decisions.map(({ accepted }) => accepted.escalation_reason)).toEqual(["n49", "n48", "n47"]);
    expect((await fetch(`${url}/v1/decisions?limit=0`)).status).toBe(400);
  });
});

describe("health", () => {
  it("is ready with a usable lane, names the reason of each other, and shows no secret", async () => {
    const { url } = await openTestGateway({ env: { ZAI_API_KEY: "" } });
    expect(await (await fetch(`${url}/healthz`)).text()).toBe("ok");
    const answer = await fetch(`${url}/readyz`);
    expect(answer.status).toBe(200);
    const body = v.parse(ReadyzSchema, await answer.json());
    expect(body.providers.zai).toMatchObject({ ok: false, reason: "ZAI_API_KEY is not set" });
    expect(JSON.stringify(body)).not.toContain(CANARY.zai);
  });

  it.each([
    ["HEAD", "/"],
    ["GET", "/"],
    ["HEAD", "/api/hello"],
  ])("%s %s is 200", async (method, path) => {
    const { url, anthropic } = await openTestGateway();
    expect((await fetch(`${url}${path}`, { method })).status).toBe(200);
    expect(anthropic.requests).toHaveLength(0);
  });
});

describe("GET /metrics", () => {
  it("has every series, with labels of closed sets only", async () => {
    const { url, zai } = await openTestGateway({ quotas: QUOTAS });
    zai.script(status(429, { error: { code: "1308", message: "[1308][limit]" } }), status(500, {}));
    for (let i = 0; i < 3; i += 1) await (await postMessage(url, { model: HAIKU })).text();
    for (let i = 0; i < 20; i += 1) await (await postMessage(url, { model: `made-up-${i}` })).text();
    const answer = await fetch(`${url}/metrics`);
    expect(answer.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
    const text = await answer.text();
    for (const series of SERIES) expect(text, series).toMatch(new RegExp(`^# TYPE ${series} `, "m"));
    expect(text).toMatch(/ccp_requests_total\{lane="zai",op="nonstream",status="429"\} 1/);
    expect(text).toMatch(/ccp_requests_total\{lane="anthropic",op="nonstream",status="200"\} \d+/);
    expect(text).toMatch(/ccp_rerouted_on_limit_total\{model="claude-haiku-4.5",mode="hybrid"\} \d+/);
    expect(text).toMatch(/ccp_wasted_retry_ms_total\{model="claude-haiku-4.5"\} [\d.]+/);
    expect(text).not.toContain("made-up-");
    expect(text).toMatch(/ccp_input_tokens_total\{lane="anthropic",model="other"\} \d+/);
    const open = await fetch(`${url}/metrics`, {
      headers: { accept: "application/openmetrics-text; version=1.0.0" },
    });
    expect(open.headers.get("content-type")).toMatch(/^application\/openmetrics-text/);
    const openText = await open.text();
    expect(openText.endsWith("\n# EOF\n")).toBe(true);
    expect(openText).toMatch(/^# TYPE ccp_requests counter$/m);
    expect(openText).toMatch(/^ccp_requests_total\{/m);
    const again = await (await fetch(`${url}/metrics`)).text();
    for (const series of SERIES) expect(again, series).toMatch(new RegExp(`^# TYPE ${series} `, "m"));
  });
});

const SERIES = [
  "ccp_requests_total",
  "ccp_latency_ms",
  "ccp_request_duration_seconds",
  "ccp_ttft_ms",
  "ccp_preferred_attempt_total",
  "ccp_rerouted_on_limit_total",
  "ccp_wasted_retry_ms_total",
  "ccp_fallbacks_total",
  "ccp_input_tokens_total",
  "ccp_output_tokens_total",
  "ccp_cache_read_tokens_total",
  "ccp_cache_creation_tokens_total",
  "ccp_stream_output_tokens_total",
  "ccp_stream_seconds_total",
  "ccp_dirty_seconds_total",
  "ccp_quota_used_ratio",
  "ccp_quota_headroom_tokens",
  "ccp_quota_warn_ratio",
  "ccp_quota_cooldown_seconds",
  "ccp_gap_seconds",
  "ccp_warn_pct_confidence",
  "ccp_upstream_ready",
  "ccp_lane_state",
  "ccp_inflight_requests",
  "ccp_events_dropped_total",
  "ccp_partial_writes_total",
  "ccp_build_info",
];

describe("other calls of the Anthropic API", () => {
  it("are relayed to the anthropic lane with the client's credential", async () => {
    const { url, anthropic } = await openTestGateway();
    const answer = await fetch(`${url}/v1/models?limit=1000`, {
      headers: { authorization: `Bearer ${CANARY.client}` },
    });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toHaveProperty("data");
    expect(anthropic.requests[0]?.url).toBe("/v1/models?limit=1000");
    expect(anthropic.requests[0]?.rawHeaders.join("\n")).toContain(CANARY.client);
  });

  it("count_tokens goes to the lane that would serve, in any number, and counts nothing", async () => {
    const { url, zai, events } = await openTestGateway({ zai: { countTokens: true } });
    const count = () => postMessage(url, { path: "/v1/messages/count_tokens?beta=true" });
    const answers = await Promise.all(Array.from({ length: 50 }, count));
    expect(answers.every((answer) => answer.status === 200)).toBe(true);
    expect(zai.requests).toHaveLength(50);
    expect(events).toEqual([]);
  });

  it("count_tokens is estimated where the lane cannot count", async () => {
    const { url } = await openTestGateway({ zai: { countTokens: false } });
    const answer = await postMessage(url, { path: "/v1/messages/count_tokens", prompt: "x".repeat(4000) });
    expect(answer.headers.get("x-ccp-token-count")).toBe("estimate");
    const { input_tokens } = (await answer.json()) as { input_tokens: number };
    expect(input_tokens).toBeGreaterThan(1000);
    expect(input_tokens).toBeLessThan(1300);
  });

  it("count_tokens is estimated where the lane's refusal breaks off before a word of it", async () => {
    const { url, zai } = await openTestGateway({ zai: { countTokens: true } });
    zai.scriptPath("/v1/messages/count_tokens", cutAfterBytes(0, "fin", status(400, "x".repeat(50))));
    const answer = await postMessage(url, { path: "/v1/messages/count_tokens" });
    expect([answer.status, answer.headers.get("x-ccp-token-count")]).toEqual([200, "estimate"]);
  });

  it("nothing of the gateway's own names is ever relayed", async () => {
    const { url, anthropic } = await openTestGateway();
    for (const path of ["/v1/usage/nope", "/v1/quotas/nope", "/v1/dev/sim-usage", "/dashboard/nope"]) {
      expect((await fetch(`${url}${path}`)).status, path).toBe(404);
    }
    expect(anthropic.requests).toHaveLength(0);
  });
});
