import { status } from "@ccp/mock-upstream";
import { describe, expect, it } from "vitest";
import { HAIKU, OPUS, postMessage } from "../testing/messages.ts";
import { openTestGateway, testCatalog } from "../testing/open-test-gateway.ts";

const small = (urls: { anthropic: string; zai: string }) =>
  testCatalog(urls).replace("context_tokens: 200000", "context_tokens: 1000");
const LIMIT = status(429, { type: "error", error: { type: "rate_limit_error", message: "the limit" } });

describe("a lane whose context cannot hold the conversation", () => {
  it("is passed over for that reason, and the limit of the other one reaches the client", async () => {
    const { url, anthropic, zai } = await openTestGateway({ catalog: small });
    anthropic.script(LIMIT);
    const answer = await postMessage(url, { model: OPUS, prompt: "x".repeat(50_000) });
    expect([answer.status, await answer.text()]).toEqual([429, expect.stringContaining("the limit")]);
    expect(zai.requests).toHaveLength(0);
    const dry = await fetch(`${url}/v1/decisions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: OPUS, input_tokens: 12_500 }),
    });
    const { would } = (await dry.json()) as { would: { reason: string } };
    expect(would.reason).toContain(
      "no other lane is usable (zai: its context of 1000 tokens cannot hold the conversation).",
    );
  });

  it("is passed over though it is preferred, where another one can hold it", async () => {
    const { url, zai, decisions } = await openTestGateway({ catalog: small });
    const answer = await postMessage(url, { model: HAIKU, prompt: "x".repeat(50_000) });
    expect([answer.status, answer.headers.get("x-ccp-lane")]).toEqual([200, "anthropic"]);
    expect(zai.requests).toHaveLength(0);
    expect(decisions()).toMatchObject([{ lane: "anthropic", preferred_attempt: false }]);
  });

  it("is asked where nobody else could hold it either, so that the client compacts by its words", async () => {
    const tooLong = {
      type: "error",
      error: { type: "invalid_request_error", message: "prompt is too long" },
    };
    const { url, zai, anthropic } = await openTestGateway({
      catalog: (urls) =>
        small(urls).replace(
          'models: { "claude-*": {} }',
          'models: { "claude-*": {} }\n    context_tokens: 1000',
        ),
    });
    zai.script(status(400, tooLong));
    const answer = await postMessage(url, { model: HAIKU, prompt: "x".repeat(50_000) });
    expect([answer.status, await answer.json()]).toEqual([400, tooLong]);
    expect(anthropic.requests).toHaveLength(0);
  });

  it("takes one that is short enough", async () => {
    const { url, anthropic } = await openTestGateway({ catalog: small });
    anthropic.script(LIMIT);
    const answer = await postMessage(url, { model: OPUS });
    expect([answer.status, answer.headers.get("x-ccp-lane")]).toEqual([200, "zai"]);
  });
});
