import { createAnthropic } from "@ai-sdk/anthropic";
import Anthropic from "@anthropic-ai/sdk";
import { reply, type Step, status } from "@ccp/mock-upstream";
import { generateText, jsonSchema, type ModelMessage, tool } from "ai";
import { describe, expect, it } from "vitest";
import { OPUS } from "../testing/messages.ts";
import { openTestGateway, type TestGateway, testCatalog } from "../testing/open-test-gateway.ts";

const TURNS = 12;
const BETAS = ["claude-code-20250219", "interleaved-thinking-2025-05-14", "oauth-2025-04-20"];
/** Sent by the AI SDK itself. */
const AI_SDK_BETA = "structured-outputs-2025-11-13";
const LIMIT_SEC = 60;

function limitOf(nowMs: number): Step {
  return status(
    429,
    { type: "error", error: { type: "rate_limit_error", message: "This request would exceed your limit" } },
    {
      "anthropic-ratelimit-unified-status": "rejected",
      "anthropic-ratelimit-unified-5h-status": "rejected",
      "anthropic-ratelimit-unified-5h-reset": String(nowMs / 1000 + LIMIT_SEC),
      "retry-after": String(LIMIT_SEC),
    },
  );
}

/** One turn of a tool loop: it thinks, says something, and calls two tools, with the ids that its lane likes. */
function turn(lane: string, number: number): Step {
  const id = (call: number): string =>
    lane === "zai" ? `functions.read|${number}:${call}` : `toolu_01${number}x${call}`;
  return reply({
    blocks: [
      { type: "thinking", thinking: `${lane} thinks of turn ${number}: größer als 5 €` },
      ...(number % 3 === 0 ? [{ type: "redacted_thinking" as const }] : []),
      { type: "text", text: `${lane} reads` },
      { type: "tool_use", name: "read_file", input: { path: `a${number}.ts` }, id: id(1) },
      { type: "tool_use", name: "read_file", input: { path: `b${number}.ts` }, id: id(2) },
    ],
  });
}

/** Two lanes that refuse whatever the vendors do, of which another one serves each turn. */
async function openStrictLanes(): Promise<TestGateway> {
  return openTestGateway({
    settings: { cooldownSec: LIMIT_SEC },
    anthropic: { strict: { models: [OPUS], betas: [...BETAS, AI_SDK_BETA] } },
    zai: { strict: { models: ["glm-5"], betas: ["claude-code-20250219"] } },
    catalog: (urls) =>
      testCatalog(urls).replace(
        "    dialect: zai\n",
        "    dialect: zai\n    needs: { betas: [claude-code-20250219] }\n",
      ),
  });
}

/** Scripts the next turn: on odd ones the preferred lane is at its limit. @returns The lane that will serve. */
function scriptTurn({ anthropic, zai, clock }: TestGateway, number: number): string {
  clock.advance((LIMIT_SEC + 5) * 1000);
  if (number % 2 === 1) {
    anthropic.script(limitOf(clock.wallMs()));
    zai.script(turn("zai", number));
    return "zai";
  }
  anthropic.script(turn("anthropic", number));
  return "anthropic";
}

function expectNobodyRefused({ completions }: TestGateway): void {
  const ends = completions();
  expect(ends.map((end) => [end.status, end.retry, end.lane])).toEqual(
    Array.from({ length: TURNS }, (_, turnIndex) => [200, false, turnIndex % 2 === 0 ? "zai" : "anthropic"]),
  );
  const repairs = new Set(ends.flatMap((end) => end.repairs));
  expect([...repairs].sort()).toEqual(["betas", "model_name", "oauth_beta", "strip_thinking", "tool_ids"]);
}

describe("a conversation whose lane changes at every turn", () => {
  it.each(["create", "stream"] as const)("goes on with the Anthropic SDK: %s", async (how) => {
    const opened = await openStrictLanes();
    const client = new Anthropic({ baseURL: opened.url, authToken: "test", maxRetries: 0 });
    const messages: Anthropic.MessageParam[] = [{ role: "user", content: "read all files" }];
    const params = {
      model: OPUS,
      max_tokens: 4096,
      thinking: { type: "adaptive" as const },
      tools: [{ name: "read_file", input_schema: { type: "object" as const } }],
    };
    const headers = { "anthropic-beta": BETAS.join(",") };
    for (let number = 1; number <= TURNS; number += 1) {
      const lane = scriptTurn(opened, number);
      const body = { ...params, messages };
      const answer =
        how === "create"
          ? await client.messages.create(body, { headers })
          : await client.messages.stream(body, { headers }).finalMessage();
      const calls = answer.content.filter((block) => block.type === "tool_use");
      expect(calls).toHaveLength(2);
      expect(answer.content.some((block) => block.type === "text" && block.text === `${lane} reads`)).toBe(
        true,
      );
      messages.push({ role: "assistant", content: answer.content });
      messages.push({
        role: "user",
        content: calls.map(({ id }) => ({ type: "tool_result", tool_use_id: id, content: `of ${id}` })),
      });
    }
    expectNobodyRefused(opened);
  });

  it("goes on with the AI SDK", async () => {
    const opened = await openStrictLanes();
    const model = createAnthropic({ baseURL: `${opened.url}/v1`, authToken: "test" })(OPUS);
    const messages: ModelMessage[] = [{ role: "user", content: "read all files" }];
    const read = tool({
      inputSchema: jsonSchema<{ path: string }>({ type: "object" }),
      execute: async ({ path }) => `of ${path}`,
    });
    for (let number = 1; number <= TURNS; number += 1) {
      scriptTurn(opened, number);
      const result = await generateText({
        model,
        messages,
        maxRetries: 0,
        tools: { read_file: read },
        providerOptions: { anthropic: { thinking: { type: "adaptive" } } },
        headers: { "anthropic-beta": BETAS.join(",") },
      });
      expect(result.toolResults).toHaveLength(2);
      messages.push(...result.response.messages);
    }
    expectNobodyRefused(opened);
  });
});
