import { readdirSync, readFileSync } from "node:fs";
import type { TokenUsage } from "@ccp/usage-contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EXTRACTORS, findExtractor } from "./find-extractor.ts";
import type { StreamEnd, TokenExtractor } from "./token-extractor.ts";

/** `[input, output, cache creation, cache read]` */
type Row = readonly [number | null, number | null, number | null, number | null];
interface StreamCase {
  readonly file: string;
  readonly usage: Row | null;
  readonly terminal: StreamEnd["terminal"];
  readonly model: string | null;
  readonly error?: string;
  readonly started?: boolean;
}
interface ContractCases {
  readonly json: Readonly<Record<string, Row | null>>;
  readonly streams: readonly StreamCase[];
}

const FIXTURES = new URL("../../../fixtures/protocol/", import.meta.url);
const SAMPLES = readdirSync(FIXTURES, { recursive: true, encoding: "utf8" });
const bytesOf = (file: string): Buffer => readFileSync(new URL(file, FIXTURES));

function usageOf(row: Row | null): TokenUsage | null {
  if (row === null) return null;
  const [inputTokens, outputTokens, cacheCreationTokens, cacheReadTokens] = row;
  return { inputTokens, outputTokens, cacheCreationTokens, cacheReadTokens };
}

function read(extractor: TokenExtractor, pieces: Iterable<string>): StreamEnd {
  const stream = extractor.openStream();
  for (const piece of pieces) stream.push(piece);
  return stream.end();
}

/** The distinct ways in which the stream is read, over all its two-piece cuts. */
function readAllCuts(extractor: TokenExtractor, text: string): StreamEnd[] {
  const ends = new Set<string>();
  for (const pieces of cuts(text)) ends.add(JSON.stringify(read(extractor, pieces)));
  return [...ends].map((end) => JSON.parse(end));
}

function* cuts(text: string): Generator<[string, string]> {
  for (let at = 0; at <= text.length; at += 1) yield [text.slice(0, at), text.slice(at)];
}

/** What every extractor must keep, whatever it reads. */
function itKeepsTheContract(extractor: TokenExtractor, cases: ContractCases): void {
  for (const [file, row] of Object.entries(cases.json)) {
    it(`reads ${file}, spaced or not`, () => {
      const text = bytesOf(file).toString();
      expect(extractor.fromJson(text)).toEqual(usageOf(row));
      expect(extractor.fromJson(JSON.stringify(JSON.parse(text)))).toEqual(usageOf(row));
      expect(extractor.fromJson(bytesOf(file).toString("latin1"))).toEqual(usageOf(row));
    });
  }

  for (const { file, usage, terminal, model, error, started } of cases.streams) {
    const expected = (body: string | undefined): StreamEnd => ({
      usage: usageOf(usage),
      started: started ?? true,
      terminal,
      terminalUnclosed: false,
      error:
        error === undefined || body === undefined ? null : { type: error, message: expect.any(String), body },
      model,
      invalidUsage: false,
    });

    it.each(["utf8", "latin1"] as const)(`reads ${file} as %s, cut at every byte`, (encoding) => {
      // Letters of two, three and four bytes in the content, so that cuts fall into the middle of them.
      const wide = bytesOf(file).toString().replaceAll('"text": "', '"text": "é限😀');
      const text = Buffer.from(wide).toString(encoding);
      const end = read(extractor, [text]);
      expect(end).toEqual(expected(end.error?.body));
      if (error !== undefined) expect(end.error).not.toBeNull();
      expect(read(extractor, text)).toEqual(end);
      expect(readAllCuts(extractor, text)).toEqual([end]);
    });

    it.each(["\n", "\r\n", "\r"])(`reads ${file} with lines ended by %j, cut at every byte`, (lineEnd) => {
      const text = bytesOf(file).toString("latin1").replaceAll("\r\n", "\n");
      const end = read(extractor, [text]);
      const other = text.replaceAll("\n", lineEnd);
      expect(readAllCuts(extractor, other)).toEqual([end]);
      expect(read(extractor, [other.trimEnd()])).toEqual({ ...end, terminalUnclosed: expect.any(Boolean) });
      expect(read(extractor, [other.replaceAll("data: ", "data:")])).toEqual(end);
      expect(read(extractor, [`\u00EF\u00BB\u00BF: hello${lineEnd}${lineEnd}${other}`])).toEqual(end);
    });
  }

  it.each(SAMPLES.filter((file) => file.endsWith(".json")))("agrees with JSON.parse on %s", (file) => {
    const text = bytesOf(file).toString();
    const { usage } = JSON.parse(text);
    expect(extractor.fromJson(text)).toEqual(
      extractor.fromJson(JSON.stringify(usage === undefined ? {} : { usage })),
    );
  });

  it("never throws, whatever the text", () => {
    const odd = fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.json(), sseLike());
    fc.assert(
      fc.property(fc.array(odd, { maxLength: 8 }), (pieces) => {
        const end = read(extractor, pieces);
        expect(read(extractor, [...pieces.join("")])).toEqual(end);
        for (const piece of pieces) extractor.fromJson(piece);
        extractor.fromHeaders({ get: () => pieces[0] ?? null });
      }),
      { numRuns: 150 },
    );
  });

  it("ignores what is pushed after the end", () => {
    const stream = extractor.openStream();
    const before = stream.end();
    stream.push('event: message_start\ndata: {"type":"message_start"}\n\n');
    expect(stream.end()).toEqual(before);
  });
}

/** Text that looks enough like a stream to reach the parsers behind the splitter. */
function sseLike(): fc.Arbitrary<string> {
  const name = fc.constantFrom(
    "message_start",
    "message_delta",
    "message_stop",
    "error",
    "ping",
    "response.completed",
  );
  const count = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(null, "1", 2 ** 53, [], {}));
  const usage = fc.dictionary(fc.constantFrom("input_tokens", "output_tokens", "prompt_tokens"), count);
  const place = fc.constantFrom("usage", "message", "response", "error", "delta", "choices");
  const data = fc.dictionary(
    place,
    fc.oneof(usage, fc.record({ usage }), fc.constant(null), fc.constant([null])),
  );
  const lineEnd = fc.constantFrom("\n", "\r\n", "\r");
  return fc
    .tuple(name, data, lineEnd)
    .map(([type, body, end]) => `event: ${type}${end}data: ${JSON.stringify({ type, ...body })}${end}${end}`);
}

const messageStreams: readonly StreamCase[] = [
  {
    file: "anthropic/stream-basic.sse",
    usage: [412, 96, 1800, 25600],
    terminal: "message_stop",
    model: "claude-sonnet-5",
  },
  {
    file: "anthropic/stream-crlf-split.sse",
    usage: [412, 5, 1800, 25600],
    terminal: "message_stop",
    model: "claude-sonnet-5",
  },
  {
    file: "anthropic/stream-cumulative-delta.sse",
    usage: [2680, 310, 1800, 51200],
    terminal: "message_stop",
    model: "claude-sonnet-5",
  },
  {
    file: "anthropic/stream-two-deltas.sse",
    usage: [412, 96, 1800, 25600],
    terminal: "message_stop",
    model: "claude-sonnet-5",
  },
  {
    file: "anthropic/stream-iterations-fallback.sse",
    usage: [412, 96, 1800, 25600],
    terminal: "message_stop",
    model: "claude-fable-5",
  },
  {
    file: "anthropic/stream-midstream-overloaded.sse",
    usage: [412, 1, 1800, 25600],
    terminal: "error",
    model: "claude-sonnet-5",
    error: "overloaded_error",
  },
  {
    file: "anthropic/stream-error-first.sse",
    usage: null,
    terminal: "error",
    model: null,
    error: "overloaded_error",
    started: false,
  },
  {
    file: "anthropic/stream-truncated.sse",
    usage: [412, 1, 1800, 25600],
    terminal: "none",
    model: "claude-sonnet-5",
  },
  {
    file: "zai/stream.sse",
    usage: [14, 31, null, 2048],
    terminal: "message_stop",
    model: "glm-5.3",
  },
  {
    file: "zai/stream-200-error-1302.sse",
    usage: null,
    terminal: "error",
    model: null,
    error: "rate_limit_error",
    started: false,
  },
  {
    file: "local/ollama-stream.sse",
    usage: [26, 11, null, null],
    terminal: "message_stop",
    model: "qwen3-coder",
  },
  { file: "local/sglang-stream.sse", usage: [123, 45, null, null], terminal: "message_stop", model: "local" },
  { file: "local/vllm-stream.sse", usage: [26, 11, null, null], terminal: "message_stop", model: "qwen" },
];

const messagesJson: ContractCases["json"] = {
  "anthropic/message.json": [412, 96, 1800, 25600],
  "zai/message.json": [9, 14, null, 0],
  "anthropic/count_tokens.json": null,
  "anthropic/models.json": null,
  "anthropic/error-429.json": null,
  "zai/error-200-not-found.json": null,
};

const CASES: Readonly<Record<string, ContractCases>> = {
  anthropic: { json: messagesJson, streams: messageStreams },
  zai: { json: messagesJson, streams: messageStreams },
  "openai-chat": {
    json: {
      "openai/chat.json": [176, 80, 0, 1024],
      "openai/chat-deepseek-usage.json": [176, 80, null, 1024],
      "openai/error-429-insufficient_quota.json": null,
    },
    streams: [
      { file: "openai/chat-include-usage.sse", usage: [176, 80, 0, 1024], terminal: "done", model: "gpt-5" },
      { file: "openai/chat-no-usage.sse", usage: null, terminal: "done", model: "gpt-5" },
    ],
  },
  "openai-responses": {
    json: { "openai/responses.json": [176, 80, 0, 1024] },
    streams: [{ file: "openai/responses.sse", usage: [176, 80, 0, 1024], terminal: "done", model: null }],
  },
  noop: {
    json: Object.fromEntries(Object.keys(messagesJson).map((file) => [file, null])),
    streams: messageStreams.map((entry) => ({ ...entry, usage: null })),
  },
};

describe.each(EXTRACTORS.map((extractor) => [extractor.name, extractor] as const))(
  "%s",
  (name, extractor) => {
    it("is found by its name", () => expect(findExtractor(name)).toBe(extractor));
    itKeepsTheContract(extractor, CASES[name] ?? { json: {}, streams: [] });
  },
);

it("has cases for every extractor", () => {
  expect(Object.keys(CASES)).toEqual(EXTRACTORS.map((extractor) => extractor.name));
});

it("has a case for every sample stream", () => {
  const covered = new Set(Object.values(CASES).flatMap(({ streams }) => streams.map(({ file }) => file)));
  expect([...covered].sort()).toEqual(SAMPLES.filter((file) => file.endsWith(".sse")).sort());
});
