import { errorFirst, html, reply, resetBeforeHeaders, status } from "@ccp/mock-upstream";
import { REROUTE_MODES } from "@ccp/usage-contract";
import { describe, expect, it } from "vitest";
import { HAIKU, messageBody, OPUS, parseSse, postMessage } from "../testing/messages.ts";
import { CANARY, openTestGateway } from "../testing/open-test-gateway.ts";

const ZAI_QUOTA_429 = status(429, {
  type: "error",
  error: {
    type: "rate_limit_error",
    code: "1308",
    message: "[1308][Usage limit reached for 5 hour. Your limit will reset at 2026-11-20 22:00:00][x]",
  },
});
/** 22:00 in UTC+8. */
const ZAI_RESET_MS = Date.UTC(2026, 10, 20, 14, 0, 0);

const ANTHROPIC_QUOTA_429 = status(
  429,
  { type: "error", error: { type: "rate_limit_error", message: "You've hit your limit" } },
  {
    "retry-after": "7200",
    "anthropic-ratelimit-unified-status": "rejected",
    "anthropic-ratelimit-unified-5h-status": "rejected",
    "anthropic-ratelimit-unified-5h-reset": String(Date.UTC(2026, 10, 20, 15, 0, 0) / 1000),
    "anthropic-ratelimit-unified-5h-utilization": "1.0",
  },
);

describe("an ordinary exchange", () => {
  it("passes request and answer on byte for byte", async () => {
    const { url, anthropic } = await openTestGateway();
    const answer = await postMessage(url, { model: OPUS });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("x-ccp-lane")).toBe("anthropic");
    expect(answer.headers.get("x-ccp-decision")).toBe("quota_pass");
    expect(answer.headers.get("x-ccp-request-id")).toMatch(/^[0-9A-Z]{26}$/);
    const [request] = anthropic.requests;
    expect(request?.url).toBe("/v1/messages?beta=true");
    expect(request?.body.toString()).toBe(messageBody({ model: OPUS }));
  });

  it("sends a lane its own model name, key and betas, and nothing of the client's credential", async () => {
    const { url, zai } = await openTestGateway();
    await postMessage(url, { model: HAIKU });
    const [request] = zai.requests;
    expect(request?.url).toBe("/api/anthropic/v1/messages?beta=true");
    expect(request?.body.toString()).toBe(messageBody({ model: HAIKU }).replace(HAIKU, "glm-4.7"));
    const raw = request?.rawHeaders.join("\n") ?? "";
    expect(raw).toContain(CANARY.zai);
    expect(raw).not.toContain(CANARY.client);
    expect(raw).toContain("claude-code-20250219");
    expect(raw).not.toContain("oauth-2025-04-20");
  });
});

describe.each(REROUTE_MODES)("a 429 on the preferred lane, mode %s", (mode) => {
  it.each([
    ["JSON", false],
    ["a stream", true],
  ])("is invisible to the client: %s", async (_name, stream) => {
    const { url, zai, anthropic, decisions, completions } = await openTestGateway({
      settings: { rerouteMode: mode },
    });
    zai.script(ZAI_QUOTA_429);
    anthropic.script(reply({ text: "from the fallback", chunks: 1 }));
    const answer = await postMessage(url, { stream });
    const text = await answer.text();
    expect(answer.status).toBe(200);
    expect(answer.headers.get("x-ccp-lane")).toBe("anthropic");
    expect(answer.headers.get("x-ccp-decision")).toBe("quota_overshoot");
    expect(text).toContain("from the fallback");
    if (stream) expect(parseSse(text).filter(({ event }) => event === "message_start")).toHaveLength(1);
    expect(anthropic.requests[0]?.body.toString()).toBe(messageBody({ stream }));
    expect(anthropic.requests[0]?.rawHeaders.join("\n")).not.toContain(CANARY.zai);
    expect(
      decisions().map((each) => [each.attempt, each.lane, each.decision, each.reroute_decision]),
    ).toEqual([
      [1, "zai", "forced_model", mode === "run2cap" ? "quota_run_to_limit" : "quota_pass"],
      [2, "anthropic", "reroute_policy", "quota_overshoot"],
    ]);
    const [completion] = completions();
    expect(completion).toMatchObject({
      attempt: 2,
      lane: "anthropic",
      status: 200,
      reason: "ok",
      reroute_mode: mode,
      reroute_attempt: 1,
      cooldown_active: true,
      cooldown_next_ts: ZAI_RESET_MS / 1000,
      cooldown_remaining_sec: 7200,
    });
    expect(completion?.wasted_retry_ms).toBeGreaterThan(0);
  });

  it("reroutes a stream whose first event is the error", async () => {
    const { url, zai } = await openTestGateway({ settings: { rerouteMode: mode } });
    zai.script(
      errorFirst(
        "rate_limit_error",
        "[1308][Usage limit reached for 5 hour. Your limit will reset at 2026-11-20 22:00:00][x]",
      ),
    );
    const answer = await postMessage(url, { stream: true });
    expect(answer.headers.get("x-ccp-lane")).toBe("anthropic");
    expect(parseSse(await answer.text()).at(0)?.event).toBe("message_start");
  });

  it("keeps away until the declared reset, then proves the lane with one request", async () => {
    const { url, zai, clock, decisions } = await openTestGateway({ settings: { rerouteMode: mode } });
    zai.script(ZAI_QUOTA_429);
    await (await postMessage(url)).text();
    await (await postMessage(url)).text();
    expect(zai.requests).toHaveLength(1);
    expect(decisions().at(-1)).toMatchObject({ lane: "anthropic", reroute_decision: "quota_cooldown" });
    clock.advance(2 * 3_600_000 + 1_000);
    const proof = await postMessage(url);
    expect(proof.headers.get("x-ccp-lane")).toBe("zai");
    expect(zai.requests).toHaveLength(2);
  });
});

describe("when nowhere is left", () => {
  it("answers one 429 that names window and reset", async () => {
    const { url, zai, anthropic, completions } = await openTestGateway();
    zai.script(ZAI_QUOTA_429);
    anthropic.script(ANTHROPIC_QUOTA_429);
    const answer = await postMessage(url);
    expect(answer.status).toBe(429);
    expect(answer.headers.get("retry-after")).toBe("7200");
    expect(answer.headers.get("x-should-retry")).toBe("false");
    const body = (await answer.json()) as { type: string; error: { type: string; message: string } };
    expect(body.type).toBe("error");
    expect(body.error.type).toBe("rate_limit_error");
    expect(body.error.message).toContain("zai 5h window");
    expect(body.error.message).toContain("anthropic 5h window");
    expect(body.error.message).toContain("2026-11-20 14:00 UTC");
    expect(completions()).toHaveLength(1);
    const again = await postMessage(url);
    expect(again.status).toBe(429);
    expect([zai.requests.length, anthropic.requests.length]).toEqual([1, 1]);
  });

  it("passes a lone lane's 429 on with its body and retry-after", async () => {
    const { url, zai } = await openTestGateway();
    zai.script(ZAI_QUOTA_429);
    const answer = await postMessage(url, { model: "glm-5" });
    expect(answer.status).toBe(429);
    expect(answer.headers.get("x-should-retry")).toBe("false");
    expect(await answer.text()).toContain("[1308]");
  });

  it("asks each lane once", async () => {
    const { url, zai, anthropic } = await openTestGateway();
    zai.script(html(502));
    anthropic.script(html(502));
    const answer = await postMessage(url);
    expect(answer.status).toBe(502);
    expect([zai.requests.length, anthropic.requests.length]).toEqual([1, 1]);
  });
});

describe("failures before the first byte", () => {
  it.each([
    ["a 502 page", html(502)],
    ["a reset connection", resetBeforeHeaders()],
    ["a 500", status(500, { type: "error", error: { type: "api_error", message: "x" } })],
    ["a 529", status(529, { type: "error", error: { type: "overloaded_error", message: "x" } })],
  ])("fall over to the next lane: %s", async (_name, step) => {
    const { url, zai, decisions } = await openTestGateway();
    zai.script(step);
    const answer = await postMessage(url, { stream: true });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("x-ccp-lane")).toBe("anthropic");
    await answer.text();
    expect(decisions().at(-1)).toMatchObject({ decision: "fallback", reroute_decision: "fallback" });
  });

  it("returns the request's own faults unchanged", async () => {
    const { url, zai, anthropic } = await openTestGateway();
    const body = { type: "error", error: { type: "invalid_request_error", message: "prompt is too long" } };
    zai.script(status(400, body));
    const answer = await postMessage(url);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual(body);
    expect(anthropic.requests).toHaveLength(0);
  });
});
