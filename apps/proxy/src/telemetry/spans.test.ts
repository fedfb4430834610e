import { readFileSync } from "node:fs";
import {
  cutAfterEvents,
  errorAfterEvents,
  fixture,
  hang,
  reply,
  resetBeforeHeaders,
} from "@ccp/mock-upstream";
import { describe, expect, it } from "vitest";
import { HAIKU, OPUS, postMessage } from "../testing/messages.ts";
import { openObservedGateway, spansNamed } from "../testing/open-observed-gateway.ts";
import { CANARY, TEST_NOW_MS } from "../testing/open-test-gateway.ts";

const GUIDE = readFileSync(
  new URL("../../../../docs/observability/opentelemetry.md", import.meta.url),
  "utf8",
);
const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";
const USAGE = { inputTokens: 100, outputTokens: 20, cacheReadTokens: 50, cacheCreationTokens: 10 };

describe("a span of an exchange", () => {
  it("names model, provider, tokens and decision, and has its attempt below it", async () => {
    const gateway = await openObservedGateway();
    gateway.zai.script(reply({ usage: USAGE, chunks: 3 }));
    const answer = await postMessage(gateway.url, { model: HAIKU, stream: true });
    await answer.text();
    await gateway.flush(1);

    const [exchange, attempt] = spansNamed(gateway.receiver, `chat ${HAIKU}`, "attempt zai");
    const port = Number(new URL(gateway.zai.url).port);
    expect(exchange).toMatchObject({ kind: 3, parentSpanId: undefined, status: 0 });
    expect(exchange?.attributes).toEqual({
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "z_ai",
      "gen_ai.request.model": HAIKU,
      "gen_ai.request.stream": true,
      "gen_ai.request.max_tokens": 1024,
      "gen_ai.response.model": "glm-4.7",
      "gen_ai.response.time_to_first_chunk": expect.any(Number),
      // Z.AI reports no cache writes.
      "gen_ai.usage.input_tokens": 150,
      "gen_ai.usage.output_tokens": 20,
      "gen_ai.usage.cache_read.input_tokens": 50,
      "gen_ai.usage.cache_creation.input_tokens": 0,
      "server.address": "127.0.0.1",
      "server.port": port,
      "http.response.status_code": 200,
      "ccp.request_id": answer.headers.get("x-ccp-request-id"),
      "ccp.lane": "zai",
      "ccp.preferred_lane": "zai",
      "ccp.traffic_class": "background",
      "ccp.decision": "forced_model",
      "ccp.reroute_decision": "quota_pass",
      "ccp.reroute_mode": "hybrid",
      "ccp.attempts": 1,
      "ccp.wasted_ms": 0,
      "ccp.end_reason": "ok",
      "ccp.usage_source": "body",
      "ccp.predicted_tokens": expect.any(Number),
      "ccp.cooldown_active": false,
      "ccp.repairs": ["model_name", "oauth_beta"],
    });
    expect(attempt).toMatchObject({
      kind: 3,
      traceId: exchange?.traceId,
      parentSpanId: exchange?.spanId,
      status: 0,
      attributes: {
        "gen_ai.provider.name": "z_ai",
        "server.port": port,
        "http.response.status_code": 200,
        "ccp.lane": "zai",
        "ccp.attempt": 1,
        "ccp.signal": "ok",
        "ccp.reroute_decision": "quota_pass",
      },
    });
    expect(exchange?.startMs).toBe(TEST_NOW_MS);
    expect(attempt?.startMs).toBeGreaterThanOrEqual(exchange?.startMs ?? Number.NaN);
    expect(attempt?.endMs).toBe(exchange?.endMs);
    expect(gateway.receiver.resource()).toMatchObject({ "service.name": "ccp", "service.version": "1.2.3" });
  });

  it("shows both lanes of a reroute, and what the first one cost", async () => {
    const gateway = await openObservedGateway();
    gateway.zai.script(fixture("zai/error-429-1308-2026.json"));
    await (await postMessage(gateway.url, { model: HAIKU })).text();
    await gateway.flush(1);

    const [exchange, first, second] = spansNamed(
      gateway.receiver,
      `chat ${HAIKU}`,
      "attempt zai",
      "attempt anthropic",
    );
    const [completion] = gateway.completions();
    expect(exchange).toMatchObject({
      status: 0,
      attributes: {
        "gen_ai.provider.name": "anthropic",
        "gen_ai.response.model": HAIKU,
        "ccp.lane": "anthropic",
        "ccp.preferred_lane": "zai",
        "ccp.decision": "reroute_policy",
        "ccp.reroute_decision": "quota_overshoot",
        "ccp.attempts": 2,
        "ccp.wasted_ms": completion?.wasted_retry_ms,
      },
    });
    expect(first).toMatchObject({
      status: 2,
      attributes: { "error.type": "429", "ccp.signal": "quota", "http.response.status_code": 429 },
    });
    expect(second).toMatchObject({ status: 0, attributes: { "ccp.attempt": 2, "ccp.signal": "ok" } });
    const names = [exchange, first, second].flatMap((span) => Object.keys(span?.attributes ?? {}));
    expect(names.filter((name) => !GUIDE.includes(`\`${name}\``))).toEqual([]);
    expect((first?.endMs ?? 0) - (first?.startMs ?? 0)).toBeCloseTo(completion?.wasted_retry_ms ?? -1, 1);
    expect(second?.startMs).toBeGreaterThanOrEqual(first?.endMs ?? Number.NaN);
  });

  it.each([
    ["a stream that breaks", cutAfterEvents(2, "rst"), true, { "error.type": "net" }],
    [
      "an error inside a stream",
      errorAfterEvents(2, "overloaded_error", "busy"),
      true,
      { "error.type": "stream_error" },
    ],
    ["a server error", fixture("anthropic/error-529.json"), false, { "error.type": "529" }],
    ["a connection that is reset", resetBeforeHeaders(), false, { "error.type": "net" }],
  ])("is an error after %s, without a count that nobody reported", async (_, step, stream, expected) => {
    const gateway = await openObservedGateway({ settings: { offloadPaused: true } });
    gateway.anthropic.script(step, step);
    await (await postMessage(gateway.url, { model: OPUS, stream })).text().catch(() => "");
    await gateway.flush(1);
    const [exchange, attempt] = spansNamed(gateway.receiver, `chat ${OPUS}`, "attempt anthropic");
    expect(exchange).toMatchObject({ status: 2, attributes: expected });
    expect(attempt?.status).toBe(2);
    expect(Object.keys(exchange?.attributes ?? {}).join()).not.toContain("usage.input_tokens");
  });

  it("is no error where the client left", async () => {
    const gateway = await openObservedGateway();
    gateway.anthropic.script(hang());
    const left = new AbortController();
    const answer = postMessage(gateway.url, { model: OPUS, signal: left.signal }).catch(() => null);
    await expect.poll(() => gateway.anthropic.requests.length).toBe(1);
    left.abort();
    await answer;
    await gateway.flush(1);
    const [exchange] = spansNamed(gateway.receiver, `chat ${OPUS}`, "attempt anthropic");
    expect(exchange).toMatchObject({ status: 0, attributes: { "ccp.end_reason": "client_closed" } });
  });

  it("continues the caller's trace, and keeps to its word on sampling", async () => {
    const gateway = await openObservedGateway();
    const ask = (flags: string) =>
      postMessage(gateway.url, { headers: { traceparent: `00-${TRACE}-${SPAN}-${flags}` } });
    await (await ask("01")).text();
    await (await ask("00")).text();
    await gateway.flush(2);
    const exchanges = gateway.receiver.spans().filter(({ name }) => name.startsWith("chat"));
    expect(exchanges.map(({ traceId, parentSpanId }) => [traceId, parentSpanId])).toEqual([[TRACE, SPAN]]);
  });

  it("goes where the standard variables send it, with their headers, name and sampling", async () => {
    const gateway = await openObservedGateway(
      {},
      {
        OTEL_EXPORTER_OTLP_HEADERS: "authorization=Basic%20abc",
        OTEL_SERVICE_NAME: "my-gateway",
        OTEL_RESOURCE_ATTRIBUTES: "deployment.environment=test,service.name=ignored",
        OTEL_METRICS_EXPORTER: "none",
      },
    );
    await (await postMessage(gateway.url)).text();
    await gateway.flush(1);
    expect(gateway.receiver.resource()).toMatchObject({
      "service.name": "my-gateway",
      "deployment.environment": "test",
    });
    expect(gateway.receiver.requests.map(({ path, headers }) => [path, headers.authorization])).toEqual([
      ["/v1/traces", "Basic abc"],
    ]);
  });

  it("holds no word of the conversation, no credential and no header", async () => {
    const gateway = await openObservedGateway();
    gateway.zai.script(reply({ text: "CANARY-answer" }));
    const headers = { "x-claude-code-session-id": "CANARY-session", "user-agent": "CANARY-agent" };
    await (await postMessage(gateway.url, { prompt: "CANARY-prompt", headers })).text();
    await gateway.flush(1);
    const sent = gateway.receiver.requests.map(({ body }) => body).join();
    expect(sent).toContain(`chat ${HAIKU}`);
    expect(sent).not.toContain("CANARY");
    expect(CANARY.client).toContain("CANARY");
  });
});
