import { createAnthropic } from "@ai-sdk/anthropic";
import Anthropic from "@anthropic-ai/sdk";
import { type MockUpstream, reply, status } from "@ccp/mock-upstream";
import { REROUTE_MODES } from "@ccp/usage-contract";
import { streamText } from "ai";
import { describe, expect, it } from "vitest";
import { HAIKU, OPUS } from "../testing/messages.ts";
import { openTestGateway } from "../testing/open-test-gateway.ts";

const TOOL = {
  name: "read_file",
  description: "reads a file",
  input_schema: { type: "object" as const, properties: { path: { type: "string" as const } } },
};
const TURN = reply({
  blocks: [
    { type: "thinking", thinking: "the file first" },
    { type: "text", text: "I will read it: größer als 5 € 🙂" },
    { type: "tool_use", name: "read_file", input: { path: "src/größe.ts" }, id: "toolu_01" },
  ],
  usage: { inputTokens: 900, outputTokens: 77, cacheReadTokens: 400, cacheCreationTokens: 20 },
});
const LIMIT = status(429, {
  type: "error",
  error: { code: "1308", message: "[1308][Usage limit reached for 5 hour]" },
});

function client(url: string): Anthropic {
  return new Anthropic({ baseURL: url, authToken: "test", maxRetries: 0 });
}

function ask(model: string): Anthropic.MessageCreateParamsNonStreaming {
  return {
    model,
    max_tokens: 1024,
    tools: [TOOL],
    messages: [{ role: "user", content: "read src/größe.ts" }],
  };
}

/** Ids name the answer, not its content. */
function withoutIds<T extends { id: string }>(message: T): Omit<T, "id"> {
  const { id: _id, ...rest } = message;
  return rest;
}

async function collect(base: string, model: string) {
  const stream = client(base).messages.stream(ask(model));
  const events: unknown[] = [];
  stream.on("streamEvent", (event) => {
    events.push(event.type === "message_start" ? { ...event, message: withoutIds(event.message) } : event);
  });
  const message = await stream.finalMessage();
  return { events, message: withoutIds(message) };
}

describe("the Anthropic SDK", () => {
  it("gets the same message through the gateway as from the lane itself", async () => {
    const { url, anthropic } = await openTestGateway();
    anthropic.script(TURN, TURN);
    const direct = await client(anthropic.url).messages.create(ask(OPUS));
    const routed = await client(url).messages.create(ask(OPUS));
    expect(withoutIds(routed)).toEqual(withoutIds(direct));
    expect(routed.usage).toMatchObject({
      input_tokens: 900,
      output_tokens: 77,
      cache_read_input_tokens: 400,
    });
  });

  it("gets the same events of a stream with a tool call", async () => {
    const { url, anthropic, completions } = await openTestGateway();
    anthropic.script(TURN, TURN);
    const direct = await collect(anthropic.url, OPUS);
    const routed = await collect(url, OPUS);
    expect(routed).toEqual(direct);
    expect(routed.message.content.map((block) => block.type)).toEqual(["thinking", "text", "tool_use"]);
    expect(completions().at(-1)).toMatchObject({
      input_tokens: 900,
      output_tokens: 77,
      cache_creation_tokens: 20,
    });
  });

  it.each(REROUTE_MODES)("never sees a 429 of the preferred lane in mode %s", async (rerouteMode) => {
    const { url, zai, anthropic } = await openTestGateway({ settings: { rerouteMode } });
    const expected = await expectedFrom(anthropic);
    zai.script(LIMIT);
    anthropic.script(TURN);
    expect(withoutIds(await client(url).messages.create(ask(HAIKU)))).toEqual(expected);
  });

  it.each(REROUTE_MODES)("never sees it on a stream in mode %s", async (rerouteMode) => {
    const { url, zai, anthropic } = await openTestGateway({ settings: { rerouteMode } });
    anthropic.script(TURN);
    const direct = await collect(anthropic.url, HAIKU);
    zai.script(LIMIT);
    anthropic.script(TURN);
    expect(await collect(url, HAIKU)).toEqual(direct);
  });

  it("reads our own 429 as a rate limit with its message", async () => {
    const { url, zai, anthropic } = await openTestGateway();
    zai.script(LIMIT);
    anthropic.script(LIMIT_OF_ANTHROPIC);
    const error = await client(url)
      .messages.create(ask(HAIKU))
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(Anthropic.RateLimitError);
    expect((error as Error).message).toContain("every lane is at its limit");
  });
});

const LIMIT_OF_ANTHROPIC = status(
  429,
  { type: "error", error: { type: "rate_limit_error", message: "limit" } },
  { "retry-after": "600", "anthropic-ratelimit-unified-5h-status": "rejected" },
);

async function expectedFrom(mock: MockUpstream) {
  mock.script(TURN);
  return withoutIds(await client(mock.url).messages.create(ask(HAIKU)));
}

describe("the AI SDK", () => {
  it("streams text and a tool call through a reroute", async () => {
    const { url, zai, anthropic } = await openTestGateway();
    zai.script(LIMIT);
    anthropic.script(
      reply({ text: "hello from the other lane", usage: { inputTokens: 12, outputTokens: 6 } }),
    );
    const provider = createAnthropic({ baseURL: `${url}/v1`, apiKey: "test" });
    const result = streamText({ model: provider(HAIKU), prompt: "hi", maxRetries: 0 });
    expect(await result.text).toBe("hello from the other lane");
    expect(await result.usage).toMatchObject({ inputTokens: 12, outputTokens: 6 });
  });
});
