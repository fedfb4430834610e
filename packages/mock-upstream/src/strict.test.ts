import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { mintSignature } from "./message.ts";
import { type MockUpstream, startMockUpstream } from "./mock-upstream.ts";
import { status } from "./step.ts";
import { type Called, call } from "./test-client.ts";

let mock: MockUpstream;
beforeEach(async () => {
  mock = await startMockUpstream({ lane: "main", strict: { models: ["claude-x"], betas: ["a-1", "b-2"] } });
});
afterEach(() => mock.close());

const thinking = (signature: string): object => ({ type: "thinking", thinking: "hm", signature });
const use = (id: unknown): object => ({ type: "tool_use", id, name: "T", input: {} });
const result = (id: unknown): object => ({ type: "tool_result", tool_use_id: id, content: "r" });
const assistant = (...content: object[]): object => ({ role: "assistant", content });
const user = (...content: object[]): object => ({ role: "user", content });
const hello = { role: "user", content: "hi" };

function ask(messages: object[], extra: object = {}, headers: Record<string, string> = {}): Promise<Called> {
  const body = { model: "claude-x", max_tokens: 5, messages, ...extra };
  return call(`${mock.url}/v1/messages`, { body, headers });
}

describe("a strict upstream", () => {
  it.each([
    ["a plain turn", [hello]],
    ["its own thinking", [hello, assistant(thinking(mintSignature("main", "hm"))), hello]],
    [
      "its own redacted thinking",
      [hello, assistant({ type: "redacted_thinking", data: "sig-main-1" }), hello],
    ],
    ["a call and its result", [hello, assistant(use("t_1-A")), user(result("t_1-A"))]],
    ["an open call at the end", [hello, assistant(use("t1"))]],
  ])("takes %s", async (_name, messages) => {
    expect((await ask(messages)).status).toBe(200);
  });

  it.each([
    [
      "another lane's signature",
      [hello, assistant(thinking(mintSignature("glm", "hm")))],
      "messages.1.content.0: Invalid `signature` in `thinking` block",
    ],
    [
      "an empty signature",
      [hello, assistant({ type: "text", text: "x" }, thinking(""))],
      "messages.1.content.1: Invalid `signature` in `thinking` block",
    ],
    [
      "redacted thinking of another lane",
      [hello, assistant({ type: "redacted_thinking", data: "sig-glm-1" })],
      "messages.1.content.0: Invalid `data` in `redacted_thinking` block",
    ],
    [
      "an odd tool id",
      [hello, assistant(use("call:1"))],
      "messages.1.content.0.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'",
    ],
    [
      "a missing tool id",
      [hello, assistant(use(undefined))],
      "messages.1.content.0.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'",
    ],
    [
      "an odd id of a result",
      [hello, user(result(""))],
      "messages.1.content.0.tool_result.tool_use_id: String should match pattern '^[a-zA-Z0-9_-]+$'",
    ],
    [
      "a result without its call",
      [hello, assistant(use("t1")), user(result("t1"), result("t2"))],
      "messages.2.content.0: unexpected `tool_use_id` found in `tool_result` blocks: t2. Each `tool_result` block must have a corresponding `tool_use` block in the previous message.",
    ],
    [
      "a call without its result",
      [hello, assistant(use("t1"), use("t2")), user(result("t2"))],
      "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: t1. Each `tool_use` block must have a corresponding `tool_result` block in the next message.",
    ],
  ])("refuses %s", async (_name, messages, message) => {
    const answer = await ask(messages);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text).error).toEqual({ type: "invalid_request_error", message });
  });

  it("refuses betas that it does not know", async () => {
    expect((await ask([hello], {}, { "anthropic-beta": "b-2, a-1" })).status).toBe(200);
    const answer = await ask([hello], {}, { "anthropic-beta": "a-1,c-3,d-4" });
    expect(JSON.parse(answer.text).error.message).toBe(
      "Unexpected value(s) `c-3`, `d-4` for the `anthropic-beta` header.",
    );
  });

  it("refuses a model that it does not know, as each vendor does", async () => {
    const answer = await ask([hello], { model: "glm-5" });
    expect([answer.status, JSON.parse(answer.text).error]).toEqual([
      404,
      { type: "not_found_error", message: "model: glm-5" },
    ]);
    const zai = await startMockUpstream({ dialect: "zai", strict: { models: ["glm-5"] } });
    const other = await call(`${zai.url}/v1/messages`, { body: { model: "claude-x", messages: [] } });
    await zai.close();
    expect([other.status, JSON.parse(other.text).error.code]).toEqual([400, "1211"]);
  });

  it("refuses a body that is no JSON, and leaves the script alone when it refuses", async () => {
    mock.script(status(503));
    expect((await call(`${mock.url}/v1/messages`, { body: "{" })).status).toBe(400);
    expect((await ask([hello])).status).toBe(503);
  });
});

describe("credentials", () => {
  it.each([
    ["x-api-key", { "x-api-key": "K" }, 200],
    ["x-api-key", { authorization: "Bearer K" }, 401],
    ["authorization", { authorization: "Bearer K" }, 200],
    ["authorization", { "x-api-key": "K" }, 401],
    ["either", { authorization: "bearer K" }, 200],
    ["either", { "x-api-key": "wrong" }, 401],
    ["either", {}, 401],
  ] as const)("in %s: %j is %i", async (header, headers, code) => {
    const guarded = await startMockUpstream({ credentials: { header, keys: ["K"] } });
    const answer = await call(`${guarded.url}/v1/messages`, { body: { model: "m" }, headers });
    await guarded.close();
    expect(answer.status).toBe(code);
  });
});
