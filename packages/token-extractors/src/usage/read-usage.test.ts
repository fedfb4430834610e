import { NO_USAGE } from "@ccp/usage-contract/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readMessagesUsage } from "./read-messages-usage.ts";
import { type OpenAiNames, readOpenAiUsage } from "./read-openai-usage.ts";

const CHAT: OpenAiNames = {
  input: "prompt_tokens",
  inputDetails: "prompt_tokens_details",
  output: "completion_tokens",
  outputDetails: "completion_tokens_details",
};
const BAD = [
  "-1",
  "1.5",
  "1e400",
  "-1e400",
  "9007199254740993",
  "10000001",
  '"5"',
  "true",
  "[]",
  "{}",
  "1e8",
];

describe("readMessagesUsage", () => {
  it.each(BAD)("does not count %s", (number) => {
    expect(readMessagesUsage(JSON.parse(`{"input_tokens":${number},"output_tokens":7}`))).toEqual({
      usage: { ...NO_USAGE, outputTokens: 7 },
      invalid: true,
    });
  });

  it.each([0, 1, 10_000_000])("counts %d", (number) => {
    expect(readMessagesUsage({ cache_creation_input_tokens: number, cache_read_input_tokens: null })).toEqual(
      {
        usage: { ...NO_USAGE, cacheCreationTokens: number },
        invalid: false,
      },
    );
  });

  it("does not count NaN", () => {
    expect(readMessagesUsage({ input_tokens: Number.NaN })).toEqual({ usage: NO_USAGE, invalid: true });
  });

  it.each([[null], [undefined]])("takes %s for absent", (value) => {
    expect(readMessagesUsage(value)).toBeNull();
  });

  it.each([["5"], [5], [true], [[{ input_tokens: 1 }]]])("takes %j for invalid", (value) => {
    expect(readMessagesUsage(value)).toEqual({ usage: NO_USAGE, invalid: true });
  });

  it("passes unknown members over", () => {
    expect(readMessagesUsage({ input_tokens: 1, server_tool_use: { a: 1 }, tokens: "x" })).toEqual({
      usage: { ...NO_USAGE, inputTokens: 1 },
      invalid: false,
    });
  });
});

describe("readOpenAiUsage", () => {
  it("takes cached and written tokens out of the input", () => {
    const usage = {
      prompt_tokens: 1200,
      completion_tokens: 80,
      prompt_tokens_details: { cached_tokens: 1000, cache_write_tokens: 150 },
    };
    expect(readOpenAiUsage(usage, CHAT)).toEqual({
      usage: { inputTokens: 50, outputTokens: 80, cacheCreationTokens: 150, cacheReadTokens: 1000 },
      invalid: false,
    });
  });

  it("never goes below 0", () => {
    const usage = { prompt_tokens: 10, prompt_tokens_details: { cached_tokens: 11 } };
    expect(readOpenAiUsage(usage, CHAT)?.usage).toEqual({ ...NO_USAGE, inputTokens: 0, cacheReadTokens: 11 });
  });

  it("reads the cached part that stands beside the total", () => {
    const usage = { prompt_tokens: 10, prompt_cache_hit_tokens: 4, prompt_cache_miss_tokens: 6 };
    expect(readOpenAiUsage(usage, CHAT)?.usage).toEqual({ ...NO_USAGE, inputTokens: 6, cacheReadTokens: 4 });
  });

  it.each(BAD)("does not count %s", (number) => {
    const usage = JSON.parse(`{"prompt_tokens":9,"prompt_tokens_details":{"cached_tokens":${number}}}`);
    expect(readOpenAiUsage(usage, CHAT)).toEqual({ usage: { ...NO_USAGE, inputTokens: 9 }, invalid: true });
  });

  it.each([[null], [undefined]])("takes %s for absent", (value) => {
    expect(readOpenAiUsage(value, CHAT)).toBeNull();
  });

  it("takes a value that is no object for invalid", () => {
    expect(readOpenAiUsage("12", CHAT)).toEqual({ usage: NO_USAGE, invalid: true });
  });
});

it("gives counts or null, whatever the values", () => {
  fc.assert(
    fc.property(fc.anything(), fc.anything(), (input, output) => {
      const reading = readMessagesUsage({ input_tokens: input, output_tokens: output });
      for (const count of Object.values(reading?.usage ?? {})) {
        if (count === null) continue;
        expect(Number.isInteger(count) && count >= 0 && count <= 10_000_000).toBe(true);
      }
    }),
  );
});
