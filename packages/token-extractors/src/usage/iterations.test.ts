import { expect, it } from "vitest";
import { findExtractor } from "../find-extractor.ts";

/** `[input, output, cache creation, cache read]` */
type Row = readonly [number, number, number, number];
type Step = readonly [type: string, row: Row];

function usageObject([input, output, created, read]: Row): Record<string, unknown> {
  return {
    input_tokens: input,
    output_tokens: output,
    cache_creation_input_tokens: created,
    cache_read_input_tokens: read,
  };
}

function withSteps(totals: Row, steps: readonly Step[]): Record<string, unknown> {
  const iterations = steps.map(([type, row]) => ({ type, model: null, ...usageObject(row) }));
  return { ...usageObject(totals), iterations };
}

const message = (usage: unknown): unknown => ({ type: "message", role: "assistant", content: [], usage });
const event = (data: { type: string }): string => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;

/** As the vendor streams it: the totals first, everything with the last event. */
function readStream(opening: unknown, closing: unknown): unknown {
  const stream = findExtractor("anthropic").openStream();
  stream.push(event({ type: "message_start", message: message(opening) } as { type: string }));
  stream.push(
    event({ type: "message_delta", delta: { stop_reason: "end_turn" }, usage: closing } as { type: string }),
  );
  stream.push(event({ type: "message_stop" }));
  return stream.end().usage;
}

const rowOf = (usage: unknown): unknown => Object.values(usage as Record<string, number>);

it.each<[name: string, totals: Row, steps: Step[], spent: Row]>([
  [
    "a compaction stands beside the totals (pydantic/pydantic-ai#5065)",
    [23_000, 1000, 0, 0],
    [
      ["compaction", [180_000, 3500, 0, 0]],
      ["message", [23_000, 1000, 0, 0]],
    ],
    [203_000, 4500, 0, 0],
  ],
  [
    "a compaction that reads and writes the cache (BerriAI/litellm#27065)",
    [100, 50, 10, 2000],
    [
      ["compaction", [5, 700, 30, 90_000]],
      ["message", [100, 50, 10, 2000]],
    ],
    [105, 750, 40, 92_000],
  ],
  [
    "the advisor's turn (maximhq/bifrost#6500)",
    [2, 491, 7853, 226_584],
    [
      ["message", [1, 45, 7192, 109_696]],
      ["advisor_message", [159_419, 7805, 0, 0]],
      ["message", [1, 446, 661, 116_888]],
    ],
    [159_421, 8296, 7853, 226_584],
  ],
  [
    "totals that already hold every step are not raised (anthropics/claude-code#84738)",
    [203_000, 4500, 0, 0],
    [
      ["compaction", [180_000, 3500, 0, 0]],
      ["message", [23_000, 1000, 0, 0]],
    ],
    [203_000, 4500, 0, 0],
  ],
  [
    "steps of server tools are the totals",
    [300, 60, 0, 3000],
    [
      ["message", [100, 20, 0, 1000]],
      ["message", [200, 40, 0, 2000]],
    ],
    [300, 60, 0, 3000],
  ],
  [
    "a model that declined before its first word is not billed",
    [400, 90, 0, 0],
    [
      ["message", [400, 0, 0, 0]],
      ["fallback_message", [400, 90, 0, 0]],
    ],
    [400, 90, 0, 0],
  ],
  [
    "one that declined after it had begun is",
    [400, 90, 0, 0],
    [
      ["message", [400, 12, 0, 0]],
      ["fallback_message", [400, 90, 0, 0]],
    ],
    [800, 102, 0, 0],
  ],
  [
    "compactions listed alone are added",
    [23_000, 10, 0, 0],
    [["compaction", [9000, 5, 0, 1]]],
    [32_000, 15, 0, 1],
  ],
  [
    "a kind that nobody knows yet counts",
    [10, 10, 0, 0],
    [
      ["message", [10, 10, 0, 0]],
      ["rerank", [7, 0, 0, 0]],
    ],
    [17, 10, 0, 0],
  ],
  ["an empty list says nothing", [10, 10, 0, 0], [], [10, 10, 0, 0]],
])("%s", (_name, totals, steps, spent) => {
  const usage = withSteps(totals, steps);
  const json = JSON.stringify(message(usage));
  expect(rowOf(findExtractor("anthropic").fromJson(json))).toEqual(spent);
  expect(findExtractor("zai").fromJson(json)).toEqual(findExtractor("anthropic").fromJson(json));
  const [input, , created, read] = totals;
  expect(rowOf(readStream(usageObject([input, 1, created, read]), usage))).toEqual(spent);
});

it("adds a list of compactions to the totals that opened the stream", () => {
  const iterations = [{ type: "compaction", input_tokens: 180_000, output_tokens: 3500 }];
  expect(readStream({ input_tokens: 23_000, output_tokens: 1 }, { output_tokens: 1000, iterations })).toEqual(
    {
      inputTokens: 203_000,
      outputTokens: 4500,
      cacheCreationTokens: null,
      cacheReadTokens: null,
    },
  );
});

it.each<[what: string, usage: unknown]>([
  ["a list that is none", { input_tokens: 5, output_tokens: 6, iterations: "x" }],
  ["null", { input_tokens: 5, output_tokens: 6, iterations: null }],
  ["steps that are none", { input_tokens: 5, output_tokens: 6, iterations: [null, 1, "y", []] }],
  [
    "requests of server tools are no tokens",
    { input_tokens: 5, output_tokens: 6, server_tool_use: { web_search_requests: 900 } },
  ],
  [
    "thinking is a part of the output",
    { input_tokens: 5, output_tokens: 6, output_tokens_details: { thinking_tokens: 4 } },
  ],
])("counts the totals alone beside %s", (_what, usage) => {
  expect(findExtractor("anthropic").readJson(JSON.stringify(message(usage)))).toEqual({
    usage: { inputTokens: 5, outputTokens: 6, cacheCreationTokens: null, cacheReadTokens: null },
    invalidUsage: false,
  });
});

it.each<[what: string, created: Record<string, unknown>, tokens: number | null]>([
  [
    "a total and its parts are the same tokens",
    {
      cache_creation_input_tokens: 30,
      cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
    },
    30,
  ],
  [
    "parts without a total count",
    { cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 } },
    30,
  ],
  [
    "parts beside a total of 0 count",
    { cache_creation_input_tokens: 0, cache_creation: { ephemeral_1h_input_tokens: 20 } },
    20,
  ],
  ["null parts leave the total", { cache_creation_input_tokens: 7, cache_creation: null }, 7],
  ["nothing told", { cache_creation: {} }, null],
])("cache writes by lifetime: %s", (_what, created, tokens) => {
  const text = JSON.stringify(message({ input_tokens: 1, output_tokens: 1, ...created }));
  expect(findExtractor("anthropic").fromJson(text)?.cacheCreationTokens ?? null).toBe(tokens);
});

it("says of a bad number in a step that the count may lack a part, and keeps sums within what a window takes", () => {
  const bad = withSteps([5, 5, 0, 0], [["message", [5, 5, 0, 0]]]);
  const iterations = [
    { type: "compaction", input_tokens: -3, output_tokens: 2 },
    ...(bad.iterations as unknown[]),
  ];
  expect(findExtractor("anthropic").readJson(JSON.stringify(message({ ...bad, iterations })))).toMatchObject({
    usage: { inputTokens: 5, outputTokens: 7 },
    invalidUsage: true,
  });
  const huge = withSteps(
    [9e6, 1, 0, 0],
    [
      ["message", [9e6, 1, 0, 0]],
      ["compaction", [9e6, 1, 0, 0]],
    ],
  );
  expect(findExtractor("anthropic").fromJson(JSON.stringify(message(huge)))?.inputTokens).toBe(10_000_000);
});

it.each<[name: string, usage: unknown, output: number, read: number | null]>([
  [
    "reasoning that the total shows beside the output is added",
    {
      prompt_tokens: 32,
      completion_tokens: 9,
      total_tokens: 141,
      completion_tokens_details: { reasoning_tokens: 100 },
    },
    109,
    null,
  ],
  [
    "reasoning within the output is not",
    {
      prompt_tokens: 32,
      completion_tokens: 109,
      total_tokens: 141,
      completion_tokens_details: { reasoning_tokens: 100 },
    },
    109,
    null,
  ],
  ["a cached part beside the total", { prompt_tokens: 32, completion_tokens: 9, cached_tokens: 30 }, 9, 30],
])("openai-chat: %s", (_name, usage, output, read) => {
  expect(findExtractor("openai-chat").fromJson(JSON.stringify({ usage }))).toMatchObject({
    outputTokens: output,
    cacheReadTokens: read,
  });
});
