import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildMessage, messageEvents, messageJson, mintSignature, splitText } from "./message.ts";
import { eventData, eventNames } from "./test-client.ts";

const context = { lane: "glm", model: "m1", messageId: "msg_1", bodyBytes: 400, maxTokens: null };
const blocks = [
  { type: "thinking", thinking: "let me see" },
  { type: "redacted_thinking", data: "opaque" },
  { type: "text", text: "héllo 😀 world" },
  { type: "tool_use", name: "Read", input: { path: "/a", n: 1 } },
] as const;
const usage = { inputTokens: 7, outputTokens: 9, cacheCreationTokens: 11, cacheReadTokens: 13 };

/** Puts a stream together again, the way a client does. */
function assemble(text: string): Record<string, unknown>[] {
  const built: Record<string, unknown>[] = [];
  for (const data of eventData(text)) {
    const index = data.index as number;
    if (data.type === "content_block_start") built[index] = { ...(data.content_block as object) };
    if (data.type !== "content_block_delta") continue;
    const block = built[index] ?? {};
    const delta = data.delta as Record<string, string>;
    if (delta.type === "text_delta") block.text = `${block.text}${delta.text}`;
    if (delta.type === "thinking_delta") block.thinking = `${block.thinking}${delta.thinking}`;
    if (delta.type === "signature_delta") block.signature = delta.signature;
    if (delta.type === "input_json_delta") block.json = `${block.json ?? ""}${delta.partial_json}`;
  }
  return built;
}

describe("messageEvents", () => {
  const message = buildMessage({ blocks, usage }, context);

  it("sends the vendor's order of events", () => {
    expect(eventNames(messageEvents(message, "anthropic", 2).join(""))).toEqual([
      "message_start",
      "ping",
      ...["content_block_start", "content_block_delta", "content_block_delta"],
      ...["content_block_delta", "content_block_stop"],
      ...["content_block_start", "content_block_stop"],
      ...["content_block_start", "content_block_delta", "content_block_delta", "content_block_stop"],
      ...["content_block_start", "content_block_delta", "content_block_delta"],
      ...["content_block_delta", "content_block_stop"],
      "message_delta",
      "message_stop",
    ]);
  });

  it("adds up to the same blocks as the JSON answer, however it is cut", () => {
    const whole = messageJson(message, "anthropic").content as Record<string, unknown>[];
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), (chunks) => {
        const built = assemble(messageEvents(message, "anthropic", chunks).join(""));
        const parsed = built.map(({ json, ...block }) =>
          json === undefined ? block : { ...block, input: JSON.parse(String(json)) },
        );
        expect(parsed).toEqual(whole);
      }),
    );
  });

  it("has Anthropic's numbers at the start and the output at the end", () => {
    const data = eventData(messageEvents(message, "anthropic").join(""));
    expect(data[0]).toHaveProperty("message.usage", {
      input_tokens: 7,
      cache_creation_input_tokens: 11,
      cache_read_input_tokens: 13,
      output_tokens: 1,
      service_tier: "standard",
    });
    expect(data.at(-2)).toEqual({
      type: "message_delta",
      delta: { stop_reason: "tool_use", stop_sequence: null },
      usage: { output_tokens: 9 },
    });
  });

  it("has Z.AI's zeros at the start and every number at the end", () => {
    const data = eventData(messageEvents(message, "zai").join(""));
    expect(data[0]).toHaveProperty("message.usage", {
      input_tokens: 0,
      output_tokens: 0,
    });
    expect(data.at(-2)?.usage).toEqual({
      input_tokens: 7,
      output_tokens: 9,
      cache_read_input_tokens: 13,
      server_tool_use: { web_search_requests: 0 },
      service_tier: "standard",
    });
  });
});

describe("wireUsage", () => {
  it("goes on the wire as it is, null and missing too", () => {
    const odd = buildMessage({ wireUsage: { start: null, end: { output_tokens: "9" } } }, context);
    const data = eventData(messageEvents(odd, "anthropic").join(""));
    expect(data[0]).toHaveProperty("message.usage", null);
    expect(data.at(-2)?.usage).toEqual({ output_tokens: "9" });
    expect(messageJson(odd, "zai").usage).toEqual({ output_tokens: "9" });
    const missing = buildMessage({ wireUsage: { end: undefined } }, context);
    expect(JSON.stringify(messageJson(missing, "zai"))).not.toContain("usage");
  });
});

describe("buildMessage", () => {
  it("settles what a reply leaves open", () => {
    expect(buildMessage({}, context)).toEqual({
      id: "msg_1",
      model: "m1",
      blocks: [{ type: "text", text: "ok from glm" }],
      stopReason: "end_turn",
      usage: { inputTokens: 100, outputTokens: 10, cacheCreationTokens: 0, cacheReadTokens: 0 },
      wireUsage: {},
    });
  });

  it("holds the output estimate under max_tokens", () => {
    expect(buildMessage({}, { ...context, maxTokens: 1 }).usage.outputTokens).toBe(1);
  });

  it("signs thinking for its lane", () => {
    const [thinking] = buildMessage({ blocks }, context).blocks;
    expect(thinking?.signature).toBe(mintSignature("glm", "let me see"));
    expect(mintSignature("glm", "let me see")).toMatch(/^sig-glm-[0-9a-f]{8}$/);
    expect(mintSignature("other", "let me see")).not.toBe(mintSignature("glm", "let me see"));
    expect(mintSignature("glm", "let me seE")).not.toBe(mintSignature("glm", "let me see"));
  });
});

describe("splitText", () => {
  it("loses nothing and breaks no character", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 9 }), (text, count) => {
        const pieces = splitText(text, count);
        expect(pieces.join("")).toBe(text);
        expect(pieces.length).toBeLessThanOrEqual(count);
        expect(pieces.map((piece) => Buffer.from(piece).toString()).join("")).toBe(text);
      }),
    );
  });
});
