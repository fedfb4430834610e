import { Agent } from "node:http";
import { connect } from "node:net";
import { brotliDecompressSync, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { type MockUpstream, startMockUpstream } from "./mock-upstream.ts";
import type { MockOptions } from "./options.ts";
import { compressed, hang, reply, slowHeaders, status } from "./step.ts";
import { call, eventNames, rawCall } from "./test-client.ts";

const running: MockUpstream[] = [];
async function start(options: MockOptions = {}): Promise<MockUpstream> {
  const mock = await startMockUpstream(options);
  running.push(mock);
  return mock;
}
afterEach(async () => {
  for (const mock of running.splice(0)) await mock.close();
});

const ask = { model: "claude-x", max_tokens: 9, messages: [{ role: "user", content: "hi" }] };

describe("answers without a script", () => {
  it("serves a message as JSON", async () => {
    const mock = await start({ lane: "main" });
    const answer = await call(`${mock.url}/v1/messages?beta=true`, { body: ask });
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      "content-type": "application/json",
      "request-id": "req_main00000001",
      "content-length": String(answer.body.length),
    });
    expect(JSON.parse(answer.text)).toEqual({
      id: "msg_main00000001",
      type: "message",
      role: "assistant",
      model: "claude-x",
      content: [{ type: "text", text: "ok from main" }],
      stop_reason: "end_turn",
      stop_sequence: null,
      usage: {
        input_tokens: 20,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 0,
        output_tokens: 9,
        service_tier: "standard",
      },
    });
  });

  it("serves a stream when asked for one", async () => {
    const mock = await start();
    const answer = await call(`${mock.url}/v1/messages`, { body: { ...ask, stream: true } });
    expect(answer.headers["content-type"]).toBe("text/event-stream; charset=utf-8");
    expect(answer.headers["transfer-encoding"]).toBe("chunked");
    expect(eventNames(answer.text).at(0)).toBe("message_start");
    expect(eventNames(answer.text).at(-1)).toBe("message_stop");
  });

  it.each([
    ["POST", "/v1/messages/count_tokens", 200, '{"input_tokens":20}'],
    ["GET", "/", 200, '{"ok":true}'],
    ["HEAD", "/", 200, ""],
    ["HEAD", "/api/hello", 200, ""],
    ["GET", "/v1/messages", 404, null],
    ["POST", "/v1/other", 404, null],
  ])("%s %s is %i", async (method, path, code, text) => {
    const mock = await start();
    const answer = await call(mock.url + path, { method, body: method === "POST" ? ask : "" });
    expect(answer.status).toBe(code);
    const notFound =
      '{"type":"error","error":{"type":"not_found_error","message":"Not found"},"request_id":"req_anthropic00000001"}';
    expect(answer.text).toBe(text ?? notFound);
  });

  it("lists its models", async () => {
    const mock = await start({ models: ["a", "b"] });
    const answer = await call(`${mock.url}/v1/models?limit=1000`, { method: "GET" });
    expect(JSON.parse(answer.text)).toMatchObject({
      data: [{ id: "a" }, { id: "b" }],
      has_more: false,
      first_id: "a",
      last_id: "b",
    });
  });

  it("can be without count_tokens", async () => {
    const mock = await start({ countTokens: false });
    expect((await call(`${mock.url}/v1/messages/count_tokens`, { body: ask })).status).toBe(404);
  });
});

describe("the zai dialect", () => {
  it("lives under its prefix, and answers a wrong path with 200 and a code", async () => {
    const mock = await start({ dialect: "zai", now: () => Date.UTC(2026, 10, 21, 16, 0, 5) });
    expect(mock.url).toBe(`http://127.0.0.1:${mock.port}/api/anthropic`);
    const answer = await call(`${mock.url}/v1/messages`, { body: ask });
    expect(JSON.parse(answer.text)).toMatchObject({
      id: "2026112200000500000001",
      usage: { cache_read_input_tokens: 0 },
    });
    const outside = await call(`http://127.0.0.1:${mock.port}/v1/messages`, { body: ask });
    expect([outside.status, outside.text]).toEqual([
      200,
      '{"code":500,"msg":"404 NOT_FOUND","success":false}',
    ]);
    expect(mock.requests.map(({ path, outside: out }) => [path, out])).toEqual([
      ["/v1/messages", false],
      ["/v1/messages", true],
    ]);
  });
});

describe("the script", () => {
  it("answers in order, then as before", async () => {
    const mock = await start({ respond: () => reply({ text: "default" }) });
    mock.script(status(529, { e: 1 }), (request) => reply({ text: String(request.json() === null) }));
    const statuses: (number | string)[] = [];
    for (let i = 0; i < 3; i += 1) {
      const answer = await call(`${mock.url}/v1/messages`, { body: ask });
      statuses.push(answer.status === 200 ? JSON.parse(answer.text).content[0].text : answer.status);
    }
    expect(statuses).toEqual([529, "false", "default"]);
    expect(mock.scripted()).toBe(0);
  });

  it("is used up by messages alone; other paths have their own", async () => {
    const mock = await start();
    mock.script(status(500));
    mock.scriptPath("/v1/messages/count_tokens", status(404));
    expect((await call(`${mock.url}/v1/models`, { method: "GET" })).status).toBe(200);
    expect((await call(`${mock.url}/v1/messages`, { method: "HEAD" })).status).toBe(404);
    expect((await call(`${mock.url}/v1/messages/count_tokens`, { body: ask })).status).toBe(404);
    expect((await call(`${mock.url}/v1/messages/count_tokens`, { body: ask })).status).toBe(200);
    expect(mock.scripted()).toBe(1);
    expect((await call(`${mock.url}/v1/messages`, { body: ask })).status).toBe(500);
  });

  it("tells a failing function through a 500", async () => {
    const mock = await start();
    mock.script(
      () => {
        throw new Error("boom");
      },
      status(200, "", { "x-bad": "a\nb" }),
    );
    expect((await call(`${mock.url}/v1/messages`, { body: ask })).text).toContain(
      "mock responder threw: Error: boom",
    );
    const bad = await call(`${mock.url}/v1/messages`, { body: ask });
    expect([bad.status, bad.text.slice(0, 17)]).toEqual([500, "mock step failed:"]);
  });
});

describe("an early answer", () => {
  it("comes before the body has been sent", async () => {
    const mock = await start({
      early: (request) => (request.header("content-length") === "1000" ? status(413, { e: 1 }) : null),
    });
    const head = "POST /v1/messages HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1000\r\n\r\n";
    expect(await rawCall(mock.port, head)).toMatch(/^HTTP\/1\.1 413 [\s\S]*\r\n\r\n{"e":1}$/);
    expect(mock.requests[0]?.bodyComplete).toBe(false);
    expect((await call(`${mock.url}/v1/messages`, { body: ask })).status).toBe(200);
  });
});

describe("what is recorded", () => {
  it("keeps the request as it was sent", async () => {
    const mock = await start({ now: () => 42 });
    const body = `{"model":"é","x":1}`;
    const head = `POST /v1/messages?beta=true HTTP/1.1\r\nHost: x\r\nX-Odd-CASE: 1\r\nx-odd-case: 2\r\nConnection: close\r\n`;
    await rawCall(mock.port, `${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    const [request] = mock.requests;
    expect(request).toMatchObject({
      index: 0,
      method: "POST",
      url: "/v1/messages?beta=true",
      path: "/v1/messages",
      rawHeaders: [
        ...["Host", "x", "X-Odd-CASE", "1", "x-odd-case", "2"],
        ...["Connection", "close", "Content-Length", "20"],
      ],
      at: 42,
      connection: 1,
      turn: 1,
      bodyComplete: true,
      aborted: false,
      abortedAt: null,
    });
    expect(request?.body.equals(Buffer.from(body))).toBe(true);
    expect(request?.header("x-ODD-case")).toBe("1");
    expect(request?.header("x-none")).toBe(null);
    expect(request?.json()).toEqual({ model: "é", x: 1 });
    expect(await request?.ended).toBe("answered");
  });

  it("numbers connections and the requests on each", async () => {
    const mock = await start();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let i = 0; i < 3; i += 1) await call(`${mock.url}/v1/messages`, { body: ask, agent });
    await call(`${mock.url}/v1/messages`, { body: ask });
    agent.destroy();
    expect(mock.requests.map(({ connection, turn }) => [connection, turn])).toEqual([
      [1, 1],
      [1, 2],
      [1, 3],
      [2, 1],
    ]);
    expect(mock.connections).toBe(2);
  });

  it.each([
    ["gzip", gzipSync],
    ["zstd", zstdCompressSync],
  ])("reads bodies in %s and keeps their bytes", async (encoding, compress) => {
    const mock = await start();
    const body = compress(JSON.stringify({ ...ask, stream: true }));
    const answer = await call(`${mock.url}/v1/messages`, { body, headers: { "content-encoding": encoding } });
    expect(eventNames(answer.text)).toContain("message_stop");
    expect(mock.requests[0]?.body.equals(body)).toBe(true);
  });

  it("sees the client leave before and during an answer", async () => {
    const mock = await start({ now: () => 7 });
    mock.script(hang(), reply({ delayMs: 3_600_000 }), slowHeaders(3_600_000));
    for (const count of [1, 2, 3]) {
      const leave = new AbortController();
      const gone = call(`${mock.url}/v1/messages`, { body: { ...ask, stream: true }, signal: leave.signal });
      const request = await mock.request(count);
      expect(request.aborted).toBe(false);
      leave.abort();
      await gone;
      expect(await request.ended).toBe("aborted");
      expect([request.aborted, request.abortedAt]).toEqual([true, 7]);
    }
  });

  it("sees the client leave in the middle of its request", async () => {
    const mock = await start();
    const socket = connect(mock.port, "127.0.0.1");
    socket.write("POST /v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{");
    await expect.poll(() => mock.requests.length).toBe(1);
    socket.destroy();
    expect(await mock.requests[0]?.ended).toBe("aborted");
    expect(mock.requests[0]?.bodyComplete).toBe(false);
  });

  it("forgets on demand, and keeps no bodies where told so", async () => {
    const mock = await start({ recordBodies: false });
    await call(`${mock.url}/v1/messages`, { body: ask });
    expect(mock.requests[0]?.body.length).toBe(0);
    mock.forget();
    expect(mock.requests).toEqual([]);
    const answer = await call(`${mock.url}/v1/messages`, { body: { ...ask, model: "second" } });
    expect(JSON.parse(answer.text)).toMatchObject({ id: "msg_anthropic00000002", model: "second" });
    expect((await mock.request(1)).index).toBe(0);
  });
});

describe("compressed answers", () => {
  it.each([
    ["gzip", gunzipSync],
    ["br", brotliDecompressSync],
    ["zstd", zstdDecompressSync],
  ] as const)("come in %s whatever was asked for", async (encoding, decompress) => {
    const mock = await start();
    mock.script(compressed(encoding, status(429, { error: "x" })));
    const answer = await call(`${mock.url}/v1/messages`, { body: ask });
    expect([answer.status, answer.headers["content-encoding"]]).toEqual([429, encoding]);
    expect(decompress(answer.body).toString()).toBe('{"error":"x"}');
    expect(answer.headers["content-length"]).toBe(String(answer.body.length));
  });
});
