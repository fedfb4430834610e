import { describe, expect, it } from "vitest";
import { messageBody, OPUS } from "../testing/messages.ts";
import { openTestGateway } from "../testing/open-test-gateway.ts";
import { sendRaw } from "./raw-client.ts";

const BODY = messageBody({ model: OPUS });
const KEY = "sk-proj-CANARY-of-a-stranger";

/** One request as bytes, with a key and a prompt that nobody but the gateway may see. */
const post = (target: string, body = BODY): string =>
  `POST ${target} HTTP/1.1\r\nhost: 127.0.0.1:PORT\r\ncontent-type: application/json\r\nauthorization: Bearer ${KEY}\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`;

describe("another spelling of a routed path", () => {
  it.each([
    "/v1/messages;a=b",
    "/v1/messages;",
    "/v1;x/messages",
    "/v1/messages%20",
    "/v1/messages%09",
    "/v1/messages%00",
    "/v1/messages%00.json",
    "/v1/messages%0a",
    "/v1/messages%23",
    "/v1/messages%3f",
    "/v1/%6dessages",
    "/v1/%6Dessages",
    "/v1/%256dessages",
    "/%76%31/messages",
    "/v1/messages/",
    "/v1/messages//",
    "/v1/messages/.",
    "/v1/messages/./",
    "/v1/messages/..",
    "/v1/./messages",
    "/v1/../v1/messages",
    "/v1/models/../messages",
    "/v1/models/%2e%2e/messages",
    "/v1/models/.%2e/messages",
    "/v1/models/..;/messages",
    "/v1/models/..%2fmessages",
    "/v1/models/..%5cmessages",
    "/v1/models/..\\messages",
    "/v1/MESSAGES",
    "/V1/messages",
    "/v1/Messages/count_tokens",
    "/v1/messages/count_tokens/",
    "/v1/messages/COUNT_TOKENS",
    "/v1/messages%2fcount_tokens",
    "/v1%2fmessages",
    "/v1\\messages",
    "\\v1\\messages",
    "//v1/messages",
    "//127.0.0.1/v1/messages",
    "/v1//messages",
    "/v1/messages#x",
    "/v1/messages?a=b#x",
    "/v1/messages\u00e9",
    "/v1/messages%c3%a9",
    "/v1/messages%",
    "/v1/messages%zz",
    "/v1/mess%61ges?beta=true",
    "/v1/messages.",
    "/v1/messages.json",
    "/v1/messages:stream",
    "/v1/messages@x",
    "/v1/messages&x",
    "/api/v1/messages",
    "/api/../v1/messages",
    "/api/oauth/../../v1/messages",
    "/anthropic/v1/messages",
    "/v1/v1/messages",
    // Portkey-AI/gateway#1718: an older route that the checks were not put before.
    "/v1/proxy/messages",
    "/v1/proxy/v1/messages",
    // BerriAI/litellm#26938: ids that leave their own path.
    "/v1/files/..%2f..%2fv1%2fmessages",
    "/v1/models/x%23",
    "/v1/models/x%3Fa=b",
  ])("%s is refused, and no lane hears of it", async (target) => {
    const { url, anthropic, zai } = await openTestGateway();
    const answer = await sendRaw(
      url,
      Buffer.from(post(target).replaceAll("PORT", new URL(url).port), "latin1"),
    );
    expect([400, 404]).toContain(answer.status);
    expect(anthropic.connections + zai.connections).toBe(0);
  });

  it.each([
    "ftp://127.0.0.1:PORT/v1/messages",
    "https://127.0.0.1:PORT/v1/messages",
    "ws://127.0.0.1:PORT/v1/messages",
    "file:///v1/messages",
    "http:/v1/messages",
    "http:127.0.0.1:PORT/v1/messages",
    "http:\\\\127.0.0.1:PORT\\v1\\messages",
    "http://user@127.0.0.1:PORT/v1/messages",
    "http://127.0.0.1:PORT@evil.test/v1/messages",
    "http://evil.test/v1/messages",
    "http://127.0.0.1:1/v1/messages",
    "http://127.0.0.1:PORT\\@evil.test/v1/messages",
    "javascript:alert(1)",
    "*",
    "v1/messages",
  ])("%s is no target of this gateway", async (target) => {
    const { url, anthropic, zai } = await openTestGateway();
    expect((await sendRaw(url, post(target))).status).toBe(400);
    expect(anthropic.connections + zai.connections).toBe(0);
  });

  it.each([
    "http://127.0.0.1:PORT/v1/messages?beta=true",
    "HTTP://127.0.0.1:PORT/v1/messages",
    "/v1/messages?a=/../b;c%00",
  ])("%s is the routed path itself", async (target) => {
    const opened = await openTestGateway();
    expect((await sendRaw(opened.url, post(target))).status).toBe(200);
    expect(opened.completions()).toHaveLength(1);
  });

  it("in its absolute form keeps its dots: they are not resolved into a served path", async () => {
    const { url, anthropic } = await openTestGateway();
    expect((await sendRaw(url, post("http://127.0.0.1:PORT/v1/models/../messages"))).status).toBe(404);
    expect(anthropic.connections).toBe(0);
  });
});

describe("a path of another API", () => {
  it.each([
    "/v1/responses",
    "/v1/chat/completions",
    "/v1/completions",
    "/v1/embeddings",
    "/v1/images/generations",
    "/v1/audio/speech",
    "/v1/moderations",
    "/v1/assistants",
    "/v1/threads/x/runs",
    "/v1/batches",
    "/v1/uploads",
    "/v1/realtime",
    "/chat/completions",
    "/openai/v1/chat/completions",
    "/v1beta/models/gemini-3-pro:generateContent",
    "/v1beta/openai/chat/completions",
    "/v1alpha/models",
    "/api/chat",
    "/api/generate",
    "/api/tags",
    "/v1/rerank",
    "/v1/unknown",
    "/api/unknown",
  ])("%s goes to no lane, and says in JSON what is served", async (path) => {
    const { url, anthropic, zai } = await openTestGateway();
    const answer = await fetch(url + path, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${KEY}` },
      body: BODY,
    });
    expect([answer.status, answer.headers.get("content-type")]).toEqual([404, "application/json"]);
    const text = await answer.text();
    // Where the SDKs of all three look for their words.
    const { error } = JSON.parse(text) as { error: { message: string; type: string } };
    expect(error.type).toBe("not_found_error");
    expect(error.message).toContain("POST /v1/messages");
    expect(text).not.toContain("CANARY");
    expect(anthropic.connections + zai.connections).toBe(0);
  });
});

describe("a relayed path", () => {
  it.each(["TRACE", "OPTIONS", "PROPFIND", "PURGE"])("takes no %s", async (method) => {
    const { url, anthropic } = await openTestGateway();
    const answer = await sendRaw(url, post("/v1/models", "").replace("POST", method));
    expect(answer.status).toBe(405);
    expect(answer.text).toContain("allow: GET, HEAD, POST, PUT, PATCH, DELETE");
    expect(answer.text).not.toContain(KEY);
    expect(anthropic.connections).toBe(0);
  });

  it.each(["/v1/models?limit=1000", "/v1/messages/batches/x", "/v1/organizations/me", "/api/oauth/usage"])(
    "%s goes on as it came",
    async (target) => {
      const { url, anthropic } = await openTestGateway();
      await (await fetch(url + target, { headers: { "x-api-key": "k" } })).text();
      expect(anthropic.requests.map((each) => each.url)).toEqual([target]);
    },
  );
});
