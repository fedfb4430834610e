import { compressed, cutAfterBytes, mintSignature, reply, status } from "@ccp/mock-upstream";
import { describe, expect, it } from "vitest";
import { HAIKU, OPUS } from "../testing/messages.ts";
import { CANARY, openTestGateway, type TestGateway, testCatalog } from "../testing/open-test-gateway.ts";

const thinking = (lane: string, text: string): object => ({
  type: "thinking",
  thinking: text,
  signature: mintSignature(lane, text),
});
const call = (id: string): object => ({ type: "tool_use", id, name: "read", input: {} });
const result = (id: string): object => ({ type: "tool_result", tool_use_id: id, content: "x" });
const user = (...content: object[]): object => ({ role: "user", content });
const assistant = (...content: object[]): object => ({ role: "assistant", content });
const text = (words: string): object => ({ type: "text", text: words });

/** A body with odd spelling, so that anything that was parsed and written anew would show. */
function conversation(model: string, messages: readonly object[], more = ""): string {
  return `{ "model" : "${model}",\t"messages":${JSON.stringify(messages)}, "max_tokens": 1.0e3 ${more} }\n`;
}

async function post(url: string, body: string, path = "/v1/messages"): Promise<Response> {
  return fetch(url + path, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${CANARY.client}` },
    body,
  });
}

const HISTORY = [
  user(text("read")),
  assistant(thinking("zai", "hm"), text("reading"), call("call_1")),
  user(result("call_1")),
];

/** Lets a lane mint what HISTORY holds: only then another lane is known to be in a conversation. */
async function mintHistory({ url, zai }: TestGateway): Promise<void> {
  zai.script(
    reply({
      blocks: [
        { type: "thinking", thinking: "hm" },
        { type: "tool_use", name: "read", input: {}, id: "call_1" },
      ],
    }),
  );
  await (await post(url, conversation(HAIKU, [user(text("read"))], ', "stream":true'))).text();
}

describe("a conversation on one lane", () => {
  it("is sent byte for byte, though other conversations have changed lanes", async () => {
    const opened = await openTestGateway({ anthropic: { strict: {} } });
    await mintHistory(opened);
    const body = conversation(OPUS, [
      user(text("größer als 5 €")),
      assistant(thinking("anthropic", "hm"), call("toolu_1")),
      user(result("toolu_1")),
    ]);
    expect((await post(opened.url, body)).status).toBe(200);
    expect(opened.anthropic.requests.at(-1)?.body.toString("utf8")).toBe(body);
    expect(opened.completions().at(-1)?.repairs).toEqual([]);
  });

  it("loses nothing but its model's name on a lane that knows another one", async () => {
    const opened = await openTestGateway();
    await mintHistory(opened);
    const body = conversation(HAIKU, HISTORY);
    expect((await post(opened.url, body)).status).toBe(200);
    expect(opened.zai.requests.at(-1)?.body.toString("utf8")).toBe(body.replace(HAIKU, "glm-4.7"));
  });
});

describe("thinking without a signature", () => {
  const unsigned = (more: object): object => ({ type: "thinking", thinking: "hm", ...more });

  it.each([
    ["empty", { signature: "" }],
    ["left out", {}],
  ])("is kept from a lane that signs, on each turn that follows: %s", async (_name, more) => {
    const opened = await openTestGateway({ anthropic: { strict: {} } });
    opened.zai.script(reply({ blocks: [{ type: "thinking", thinking: "hm", signature: "" }] }));
    await (await post(opened.url, conversation(HAIKU, [user(text("a"))], ', "stream":true'))).text();
    const history = [user(text("a")), assistant(unsigned(more), text("b")), user(text("c"))];
    for (const words of ["d", "e"]) {
      expect((await post(opened.url, conversation(OPUS, history))).status).toBe(200);
      history.push(assistant(thinking("anthropic", words), text(words)), user(text("f")));
    }
    expect(opened.completions().map(({ retry, repairs }) => [retry, repairs])).toEqual([
      [false, ["model_name"]],
      [false, ["strip_thinking"]],
      [false, ["strip_thinking"]],
    ]);
    expect(opened.anthropic.requests.at(-1)?.body.toString("utf8")).toContain("sig-anthropic");
  });

  it("stays on the lane that thinks so", async () => {
    const opened = await openTestGateway();
    await mintHistory(opened);
    opened.zai.script(reply({ blocks: [{ type: "thinking", thinking: "hm", signature: "" }] }));
    await (await post(opened.url, conversation(HAIKU, [user(text("a"))]))).text();
    opened.anthropic.script(reply({ blocks: [{ type: "thinking", thinking: "so" }] }));
    await (await post(opened.url, conversation(OPUS, [user(text("a"))]))).text();
    const body = conversation(HAIKU, [user(text("a")), assistant(unsigned({}), text("b")), user(text("c"))]);
    expect((await post(opened.url, body)).status).toBe(200);
    expect(opened.zai.requests.at(-1)?.body.toString("utf8")).toBe(body.replace(HAIKU, "glm-4.7"));
  });

  it("that nobody remembers costs one retry, and none on the next turn", async () => {
    const opened = await openTestGateway();
    const message = "messages.1.content.0.thinking.signature: Field required";
    opened.anthropic.script(
      status(400, { type: "error", error: { type: "invalid_request_error", message } }),
    );
    const history = [user(text("a")), assistant(unsigned({}), text("b")), user(text("c"))];
    expect((await post(opened.url, conversation(OPUS, history))).status).toBe(200);
    expect((await post(opened.url, conversation(OPUS, history))).status).toBe(200);
    expect(opened.completions().map(({ retry }) => retry)).toEqual([true, false]);
  });
});

describe("an id that two lanes mint", () => {
  it("is each lane's own, whoever was the last", async () => {
    const opened = await openTestGateway();
    const id = "call_0";
    const block = { type: "tool_use", name: "read", input: {}, id } as const;
    const body = conversation(OPUS, [
      ...[user(text("a")), assistant(call(id)), user(result(id)), assistant(call(id)), user(result(id))],
    ]);
    opened.anthropic.script(reply({ blocks: [block] }));
    await (await post(opened.url, conversation(OPUS, [user(text("a"))]))).text();
    opened.zai.script(reply({ blocks: [block] }));
    await (await post(opened.url, conversation(HAIKU, [user(text("a"))]))).text();
    expect((await post(opened.url, body)).status).toBe(200);
    expect(opened.anthropic.requests.at(-1)?.body.toString("utf8")).toBe(body);
  });
});

describe("a signature that nobody remembers", () => {
  it("costs one retry on the same lane, and none on the next turn", async () => {
    const opened = await openTestGateway({ anthropic: { strict: {} } });
    const first = await post(opened.url, conversation(OPUS, HISTORY));
    expect([first.status, first.headers.get("x-ccp-lane")]).toEqual([200, "anthropic"]);
    expect(opened.anthropic.requests).toHaveLength(2);
    expect(opened.completions()).toMatchObject([{ status: 200, retry: true, repairs: ["strip_thinking"] }]);
    const next = [...HISTORY, assistant(thinking("anthropic", "so"), text("done")), user(text("go on"))];
    expect((await post(opened.url, conversation(OPUS, next))).status).toBe(200);
    expect(opened.anthropic.requests).toHaveLength(3);
    const sent = opened.anthropic.requests.at(-1)?.body.toString("utf8") ?? "";
    expect([sent.includes("sig-zai"), sent.includes("sig-anthropic")]).toEqual([false, true]);
    expect(opened.decisions()).toHaveLength(2);
  });

  it("is not looked for behind other words, which reach the client as they are", async () => {
    const opened = await openTestGateway();
    const refusal = JSON.stringify({
      type: "error",
      error: { type: "invalid_request_error", message: "no" },
    });
    opened.anthropic.script(status(400, refusal));
    const answer = await post(opened.url, conversation(OPUS, HISTORY));
    expect([answer.status, await answer.text()]).toEqual([400, refusal]);
    expect(opened.anthropic.requests).toHaveLength(1);
  });

  it("leaves the refusal to the client where there was no thinking to leave out", async () => {
    const opened = await openTestGateway();
    const message = "messages.1.content.0: Invalid `signature` in `thinking` block";
    const refusal = JSON.stringify({ type: "error", error: { type: "invalid_request_error", message } });
    opened.anthropic.script(status(400, refusal));
    const answer = await post(opened.url, conversation(OPUS, [user(text("hi"))]));
    expect([answer.status, await answer.text()]).toEqual([400, refusal]);
    expect(opened.anthropic.requests).toHaveLength(1);
  });
});

describe("tool ids that nobody remembers", () => {
  const id = "functions.read|1:0";
  const history = (...thoughts: object[]) => [
    user(text("read")),
    assistant(...thoughts, call(id)),
    user(result(id)),
  ];

  it("cost one retry on the lane that cannot take them, and none on the next turn", async () => {
    const opened = await openTestGateway({ anthropic: { strict: {} } });
    expect((await post(opened.url, conversation(OPUS, history()))).status).toBe(200);
    expect(opened.completions()).toMatchObject([{ status: 200, retry: true, repairs: ["tool_ids"] }]);
    const next = [...history(), assistant(text("done")), user(text("go on"))];
    expect((await post(opened.url, conversation(OPUS, next))).status).toBe(200);
    expect(opened.anthropic.requests).toHaveLength(3);
  });

  it("cost a second one beside a signature that is refused too", async () => {
    const opened = await openTestGateway({ anthropic: { strict: {} } });
    const body = conversation(OPUS, history(thinking("zai", "hm")));
    expect((await post(opened.url, body)).status).toBe(200);
    expect(opened.completions()[0]?.repairs).toEqual(["strip_thinking", "tool_ids"]);
    expect(opened.anthropic.requests.length).toBeLessThanOrEqual(3);
  });

  it("are refused once more at most", async () => {
    const opened = await openTestGateway();
    const message = "messages.1.content.0.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'";
    const refusal = { type: "error", error: { type: "invalid_request_error", message } };
    opened.anthropic.script(status(400, refusal), status(400, refusal));
    const answer = await post(opened.url, conversation(OPUS, history()));
    expect([answer.status, await answer.json()]).toEqual([400, refusal]);
    expect(opened.anthropic.requests).toHaveLength(2);
  });
});

describe("count_tokens", () => {
  it("asks with the conversation in the form that its lane takes", async () => {
    const opened = await openTestGateway();
    await mintHistory(opened);
    const answer = await post(opened.url, conversation(OPUS, HISTORY), "/v1/messages/count_tokens");
    expect(answer.status).toBe(200);
    const sent = opened.anthropic.requests.at(-1)?.body.toString("utf8") ?? "";
    expect([sent.includes("thinking"), sent.includes("call_1")]).toEqual([false, true]);
  });
});

describe("count_tokens of a lane whose answer breaks off", () => {
  it.each([10, 20])("is estimated, after %i bytes", async (bytes) => {
    const opened = await openTestGateway();
    opened.anthropic.scriptPath(
      "/v1/messages/count_tokens",
      cutAfterBytes(bytes, "fin", status(200, { input_tokens: 12_345_678 })),
    );
    const body = conversation(OPUS, [user(text("hi"))]);
    const answer = await post(opened.url, body, "/v1/messages/count_tokens");
    expect([answer.status, answer.headers.get("x-ccp-token-count")]).toEqual([200, "estimate"]);
    expect(await answer.json()).toEqual({ input_tokens: expect.any(Number) });
  });
});

describe("what a lane is told in its entry of the catalog", () => {
  const entry = (more: string) => (urls: { anthropic: string; zai: string }) =>
    testCatalog(urls).replace("    dialect: zai\n", `    dialect: zai\n${more}`);

  it.each([false, true])("gives the requested model's name back, stream: %s", async (stream) => {
    const opened = await openTestGateway({ catalog: entry("    answers: { restore_model: true }\n") });
    const answer = await post(opened.url, conversation(HAIKU, [user(text("x"))], `, "stream":${stream}`));
    const words = await answer.text();
    expect(words).toContain(`"model":"${HAIKU}"`);
    expect(words).not.toContain("glm-4.7");
    expect(opened.completions()).toMatchObject([{ repairs: ["model_name", "restore_model"] }]);
  });

  it("leaves the lane's own name where nothing is said, so that logs tell who served", async () => {
    const opened = await openTestGateway();
    const answer = await post(opened.url, conversation(HAIKU, [user(text("x"))]));
    expect(((await answer.json()) as { model: string }).model).toBe("glm-4.7");
  });

  it("tells a lane the user's id where its entry says so", async () => {
    const opened = await openTestGateway({ catalog: entry("    needs: { redact_user_id: false }\n") });
    const told = ', "metadata":{"user_id":"u1"}';
    await post(opened.url, conversation(HAIKU, [user(text("x"))], told));
    expect(opened.zai.requests.at(-1)?.json()).toMatchObject({ metadata: { user_id: "u1" } });
  });

  it("gives no identity of the client to a lane that is not Anthropic's, and the same name each time", async () => {
    const opened = await openTestGateway({ anthropic: { respond: () => status(529, {}) } });
    const MARK = "CANARY-identity";
    const headers = {
      "content-type": "application/json",
      authorization: `Bearer ${CANARY.client}`,
      "x-api-key": MARK,
      cookie: `id=${MARK}`,
      "x-claude-code-session-id": `${MARK}-session`,
      "x-claude-code-agent-id": `${MARK}-agent`,
      "anthropic-organization-id": MARK,
      "anthropic-workspace-id": MARK,
      "x-forwarded-for": MARK,
      "x-client-request-id": MARK,
      referer: MARK,
      "anthropic-beta": "claude-code-20250219,oauth-2025-04-20",
    };
    const userId = JSON.stringify({ device_id: MARK, account_uuid: MARK, session_id: MARK });
    const metadata = `, "metadata":${JSON.stringify({ user_id: userId })}`;
    for (const model of [HAIKU, OPUS]) {
      const body = conversation(model, [user(text("x"))], metadata);
      expect((await fetch(`${opened.url}/v1/messages`, { method: "POST", headers, body })).status).toBe(200);
    }
    const ids = opened.zai.requests.map((request) => {
      const seen = JSON.stringify(request.rawHeaders) + request.body.toString("utf8");
      expect(seen).not.toContain("CANARY-identity");
      expect(seen).not.toContain(CANARY.client);
      return (request.json() as { metadata: { user_id: string } }).metadata.user_id;
    });
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
    expect(opened.anthropic.requests.at(-1)?.json()).toMatchObject({ metadata: { user_id: userId } });
  });

  it("keeps the user's id from a lane that shall not know it", async () => {
    const opened = await openTestGateway();
    const told = ', "metadata":{"user_id":"{\\"device_id\\":\\"d1\\",\\"session_id\\":\\"s1\\"}"}';
    expect((await post(opened.url, conversation(HAIKU, [user(text("x"))], told))).status).toBe(200);
    const sent = opened.zai.requests.at(-1)?.json() as { metadata: unknown };
    expect(sent.metadata).toEqual({ user_id: expect.stringMatching(/^user_[0-9a-f]{64}$/) });
    expect(opened.completions().at(-1)?.repairs).toContain("redact_user_id");
    const refused = await post(opened.url, conversation(HAIKU, [user(text("x"))], told + told));
    expect(refused.status).toBe(400);
    expect(((await refused.json()) as { error: { message: string } }).error.message).toContain(
      "duplicate_key: the body cannot be read, so the user's id cannot be taken out of it for lane zai",
    );
    expect(opened.zai.requests).toHaveLength(1);
  });
});

describe("tool ids that a lane cannot take", () => {
  it("are written anew in pairs and given back in the answer", async () => {
    const opened = await openTestGateway({ anthropic: { strict: {} } });
    const id = "functions.read|1:0";
    opened.zai.script(reply({ blocks: [{ type: "tool_use", name: "read", input: {}, id }] }));
    await (await post(opened.url, conversation(HAIKU, [user(text("read"))]))).text();
    const history = [user(text("read")), assistant(call(id)), user(result(id))];
    opened.anthropic.script((request) => {
      const [, turn] = (request.json() as { messages: { content: { id: string }[] }[] }).messages;
      return reply({
        blocks: [
          { type: "text", text: "of" },
          { type: "tool_use", name: "again", input: {}, id: turn?.content[0]?.id ?? "" },
        ],
      });
    });
    const answer = await post(opened.url, conversation(OPUS, history, ', "stream":true'));
    const words = await answer.text();
    expect(words).toContain(JSON.stringify(id));
    expect(opened.completions().at(-1)?.repairs).toEqual(["tool_ids", "restore_tool_ids"]);
    expect(opened.anthropic.requests.at(-1)?.body.toString("utf8")).not.toContain(id);
  });
});

describe("large prompts", () => {
  it.each([5, 30])("%i MB pass a change of lanes", async (megabytes) => {
    const opened = await openTestGateway({ anthropic: { strict: {} } });
    await mintHistory(opened);
    const filler = "größer als 5 € ".repeat((megabytes * 1024 * 1024) / 18);
    const messages = [user(text(filler)), ...HISTORY.slice(1)];
    expect((await post(opened.url, conversation(OPUS, messages))).status).toBe(200);
    const sent = opened.anthropic.requests.at(-1)?.json() as { messages: { content: { text: string }[] }[] };
    expect(sent.messages[0]?.content[0]?.text === filler).toBe(true);
    expect(opened.completions().at(-1)).toMatchObject({ retry: false, repairs: ["strip_thinking"] });
    expect(opened.gateway.deps.bodyBudget.heldBytes).toBe(0);
  });
});

describe("an answer that comes packed though identity was asked for", () => {
  it.each(["gzip", "br", "zstd", "deflate"] as const)(
    "is unpacked, read and restored: %s",
    async (encoding) => {
      const opened = await openTestGateway({
        catalog: (urls) =>
          testCatalog(urls).replace(
            "    dialect: zai\n",
            "    dialect: zai\n    answers: { restore_model: true }\n",
          ),
      });
      for (const stream of [false, true]) {
        opened.zai.script(compressed(encoding, reply({ text: "größer als 5 €" })));
        const answer = await post(opened.url, conversation(HAIKU, [user(text("x"))], `, "stream":${stream}`));
        expect(answer.headers.get("content-encoding")).toBeNull();
        expect(await answer.text()).toContain(`"model":"${HAIKU}"`);
      }
      expect(opened.completions()).toMatchObject([{ usage_source: "body" }, { usage_source: "body" }]);
    },
  );
});
