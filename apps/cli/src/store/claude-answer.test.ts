import { expect, it } from "vitest";
import { readClaudeAnswer } from "./claude-answer.ts";

function line(usage: unknown): string {
  return JSON.stringify({
    type: "assistant",
    timestamp: "2026-11-20T12:00:00Z",
    requestId: "req_1",
    message: { id: "msg_1", model: "claude-opus-5-5", usage },
  });
}

const counts = (usage: unknown): unknown => {
  const answer = readClaudeAnswer(line(usage), Date.parse("2026-11-21T00:00:00Z"));
  if (answer === null || "bad" in answer) return answer;
  return [answer.inputTokens, answer.outputTokens, answer.creationTokens, answer.readTokens];
};

it("counts a transcript's usage as the gateway counts an answer's: compactions and all (ccusage/ccusage#1115)", () => {
  const iterations = [
    { type: "compaction", input_tokens: 180_000, output_tokens: 3500, cache_read_input_tokens: 7 },
    { type: "message", input_tokens: 23_000, output_tokens: 1000 },
  ];
  expect(counts({ input_tokens: 23_000, output_tokens: 1000, iterations })).toEqual([203_000, 4500, 0, 7]);
});

it("counts cache writes that are told by their lifetime alone", () => {
  const cache_creation = { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 };
  expect(counts({ input_tokens: 1, output_tokens: 2, cache_creation })).toEqual([1, 2, 30, 0]);
});

it.each([-5, 1.5, 1e15, "12", null, {}])("counts %j as nothing", (bad) => {
  expect(counts({ input_tokens: bad, output_tokens: 2 })).toEqual([0, 2, 0, 0]);
});
