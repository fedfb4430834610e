import { describe, expect, it } from "vitest";
import { findExtractor } from "../find-extractor.ts";
import type { StreamEnd } from "../token-extractor.ts";
import { MAX_EVENT_CHARS } from "./sse-splitter.ts";

const event = (name: string, data: unknown): string => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
const start = (usage: unknown, model = "m"): string =>
  event("message_start", { type: "message_start", message: { model, usage } });
const delta = (usage: unknown, stopReason: string | null = "end_turn"): string =>
  event("message_delta", { type: "message_delta", delta: { stop_reason: stopReason }, usage });
const STOP = event("message_stop", { type: "message_stop" });
const ERROR = event("error", { type: "error", error: { type: "api_error", message: "no" } });

function read(name: string, ...pieces: string[]): StreamEnd {
  const stream = findExtractor(name).openStream();
  for (const piece of pieces) stream.push(piece);
  return stream.end();
}

describe("how a messages stream ended", () => {
  it.each<[what: string, pieces: string[], terminal: StreamEnd["terminal"], started: boolean]>([
    ["nothing came", [], "none", false],
    ["pings and comments only", [": hi\n\n", event("ping", { type: "ping" })], "none", false],
    ["an unnamed ping only", ['data: {"type":"ping"}\n\n'], "none", false],
    ["the JSON of an error, not a stream", ['{"type":"error","error":{"type":"x"}}'], "none", false],
    ["cut after the start", [start({ input_tokens: 1 })], "none", true],
    ["a delta without a stop reason", [delta({}, null)], "none", true],
    ["a stop reason without the end mark", [delta({})], "message_delta", true],
    ["complete", [delta({}), STOP], "message_stop", true],
    ["complete and [DONE]", [delta({}), STOP, "data: [DONE]\n\n"], "message_stop", true],
    ["[DONE] instead of the end mark", [delta({}), "data: [DONE]\n\n"], "done", true],
    ["only [DONE]", ["data: [DONE]\n\n"], "done", false],
    ["an error first", [ERROR], "error", false],
    ["an error after a stop reason", [delta({}), ERROR], "error", true],
    ["an error, closed with [DONE]", [ERROR, "data: [DONE]\n\n"], "error", false],
    ["an error after the end mark", [STOP, ERROR], "message_stop", true],
    ["events without names", ['data: {"type":"message_stop"}\n\n'], "message_stop", true],
    ["names without types", ["event: message_stop\ndata: {}\n\n"], "message_stop", true],
    ["broken data", ["event: message_stop\ndata: {\n\n"], "none", true],
  ])("%s", (_, pieces, terminal, started) => {
    expect(read("anthropic", ...pieces)).toMatchObject({ terminal, started });
    expect(read("noop", ...pieces)).toMatchObject({ terminal, started, usage: null });
  });
});

describe("progress and pings", () => {
  it.each<[what: string, text: string, progress: number, pings?: number]>([
    ["a comment", ": hi\n\n", 0],
    ["a long comment in pieces", `:${"x".repeat(50_000)}`, 0],
    ["blank lines", "\n\n\n", 0],
    ["a ping", event("ping", { type: "ping" }), 0, 1],
    ["an unnamed ping", 'data: {"type":"ping"}\n\n', 0, 1],
    ["half an event", "event: content_block_delta\ndata: {", 0],
    ["content", "event: content_block_delta\ndata: {}\n\n", 1],
    ["an error", ERROR, 1],
    ["half of a long event", `data: ${"x".repeat(10_000)}`, 1],
    ["many lines of one event", `data: ${"x".repeat(100)}\n`.repeat(100), 2],
  ])("of %s", (_, text, progress, pings = 0) => {
    const stream = findExtractor("anthropic").openStream();
    stream.push(start({}));
    const before = stream.progress;
    stream.push(text);
    expect(stream.progress - before).toBe(progress);
    expect(stream.pings).toBe(pings);
  });

  it("is told beside how far the stream has come", () => {
    const stream = findExtractor("anthropic").openStream();
    const seen = [start({}), delta({}), STOP.trimEnd(), "\n\n"].map((piece) => {
      stream.push(piece);
      return stream.terminal;
    });
    expect(seen).toEqual(["none", "message_delta", "message_delta", "message_stop"]);
  });
});

describe("errors", () => {
  it("keeps the first, with its data", () => {
    const end = read("anthropic", ERROR, event("error", { error: { type: "other" } }));
    expect(end.error).toEqual({
      type: "api_error",
      message: "no",
      body: '{"type":"error","error":{"type":"api_error","message":"no"}}',
    });
  });

  it.each([
    ["anthropic", "event: error\ndata: Overloaded\n\n", null, null],
    ["anthropic", 'data: {"type":"error","error":{"type":"t","message":"m"}}\n\n', "t", "m"],
    ["anthropic", 'data: {"error":{"code":"1308","message":"m"}}\n\n', "1308", "m"],
    ["openai-chat", 'data: {"error":{"message":"m","type":"server_error"}}\n\n', "server_error", "m"],
    ["openai-chat", 'data: {"error":"m"}\n\n', null, "m"],
    ["openai-responses", event("error", { type: "error", code: "c", message: "m" }), "c", "m"],
    [
      "openai-responses",
      event("response.failed", { type: "response.failed", response: { error: { code: "c", message: "m" } } }),
      "c",
      "m",
    ],
  ])("%s reads %j", (name, text, type, message) => {
    expect(read(name, text)).toMatchObject({ terminal: "error", started: false, error: { type, message } });
  });

  it("does not take a tool argument for one", () => {
    const block = { type: "content_block_start", content_block: { input: { error: { type: "x" } } } };
    expect(read("anthropic", `data: ${JSON.stringify(block)}\n\n`)).toMatchObject({
      error: null,
      started: true,
    });
  });
});

describe("an end without its blank line", () => {
  const stop = STOP.trimEnd();

  it.each([
    [`${stop}\n\n`, "message_stop", false],
    [`${stop}\n`, "message_stop", true],
    [stop, "message_stop", true],
    [`${stop}\n\ndata: [DO`, "message_stop", false],
    [stop.slice(0, -3), "none", false],
    ["event: error\ndata: x", "error", true],
    ["data: [DONE]", "done", true],
  ])("of %j", (text, terminal, terminalUnclosed) => {
    expect(read("anthropic", text)).toMatchObject({ terminal, terminalUnclosed });
  });

  it("is told of the last event alone", () => {
    const half = stop.slice(0, -3);
    expect(read("anthropic", delta({}), half)).toMatchObject({
      terminal: "message_delta",
      terminalUnclosed: false,
    });
    expect(read("anthropic", delta({}).trimEnd())).toMatchObject({
      terminal: "message_delta",
      terminalUnclosed: true,
    });
  });
});

describe("usage of a stream", () => {
  it("marks bad numbers and counts the rest", () => {
    const end = read("anthropic", start({ input_tokens: 5 }), delta({ input_tokens: -1, output_tokens: 7 }));
    expect(end.invalidUsage).toBe(true);
    expect(end.usage).toMatchObject({ inputTokens: 5, outputTokens: 7 });
  });

  it("keeps the largest when totals shrink", () => {
    const end = read(
      "anthropic",
      start({ input_tokens: 5 }),
      delta({ output_tokens: 40 }),
      delta({ output_tokens: 9 }),
    );
    expect(end.usage).toMatchObject({ inputTokens: 5, outputTokens: 40 });
  });

  it("says nothing when a stream that opened with zeros was cut", () => {
    expect(read("zai", start({ input_tokens: 0, output_tokens: 0 })).usage).toBeNull();
  });

  it("does not count twice when an event comes twice", () => {
    const twice = delta({ input_tokens: 3, output_tokens: 4 }).repeat(2);
    expect(read("zai", twice).usage).toMatchObject({ inputTokens: 3, outputTokens: 4 });
  });

  it("is found beside the opening message, too", () => {
    const data = {
      type: "message_start",
      message: { model: "m" },
      usage: { input_tokens: 26, output_tokens: 0 },
    };
    const end = read("anthropic", event("message_start", data));
    expect(end).toMatchObject({ model: "m", usage: { inputTokens: 26, outputTokens: 0 } });
  });

  it("is there before the stream ends", () => {
    const stream = findExtractor("anthropic").openStream();
    expect(stream.usage).toBeNull();
    stream.push(start({ input_tokens: 5, output_tokens: 1 }));
    expect(stream.usage).toMatchObject({ inputTokens: 5, outputTokens: 1 });
    stream.push(delta({ output_tokens: 8 }));
    expect(stream.usage).toMatchObject({ inputTokens: 5, outputTokens: 8 });
  });

  it("survives an event above the limit", () => {
    const huge = event("message_delta", {
      type: "message_delta",
      usage: {},
      pad: "x".repeat(MAX_EVENT_CHARS),
    });
    const end = read("anthropic", start({ input_tokens: 5 }), huge, delta({ output_tokens: 8 }), STOP);
    expect(end).toMatchObject({ terminal: "message_stop", usage: { inputTokens: 5, outputTokens: 8 } });
  });

  it("comes from the second chunk of a chat on, when the model is known", () => {
    const chunk = (rest: object): string =>
      `data: ${JSON.stringify({ model: "g", choices: [], ...rest })}\n\n`;
    const end = read(
      "openai-chat",
      chunk({}),
      chunk({ usage: null }),
      chunk({ usage: { prompt_tokens: 3 } }),
    );
    expect(end).toMatchObject({ model: "g", terminal: "none", usage: { inputTokens: 3 } });
  });

  it("comes with an incomplete response too, named or not", () => {
    const data = { type: "response.incomplete", response: { model: "g", usage: { input_tokens: 3 } } };
    for (const text of [event(data.type, data), `data: ${JSON.stringify(data)}\n\n`]) {
      expect(read("openai-responses", text)).toMatchObject({
        model: "g",
        terminal: "done",
        started: true,
        usage: { inputTokens: 3 },
      });
    }
  });

  it("keeps the first model named", () => {
    expect(read("anthropic", start({}, "first"), start({}, "second")).model).toBe("first");
  });
});
