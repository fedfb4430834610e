import { type RecordedRequest, raw } from "@ccp/mock-upstream";
import { describe, expect, it } from "vitest";
import { messageBody, OPUS, postMessage } from "../testing/messages.ts";
import { CANARY, openTestGateway } from "../testing/open-test-gateway.ts";
import { answersIn, rawHead, rawMessage, sendRaw } from "./raw-client.ts";

const BODY = messageBody({ model: OPUS });
const SMUGGLED = "GET /v1/usage HTTP/1.1\r\nhost: localhost:PORT\r\n\r\n";

describe("a request framed so that two readers could disagree", () => {
  it.each([
    ["a length and chunks", ["content-length: 4", "transfer-encoding: chunked"], "0\r\n\r\n"],
    ["two lengths", ["content-length: 4", "content-length: 5"], "12345"],
    ["the same length twice", ["content-length: 4", "content-length: 4"], "1234"],
    ["a list of lengths", ["content-length: 4, 4"], "1234"],
    ["a coding before the chunks", ["transfer-encoding: gzip, chunked"], "0\r\n\r\n"],
    ["a coding after the chunks", ["transfer-encoding: chunked, gzip"], "0\r\n\r\n"],
    ["chunks twice", ["transfer-encoding: chunked, chunked"], "0\r\n\r\n"],
    ["two codings", ["transfer-encoding: chunked", "transfer-encoding: identity"], "0\r\n\r\n"],
    ["a coding with a parameter", ["transfer-encoding: chunked;a=b"], "0\r\n\r\n"],
    ["a coding in quotes", ['transfer-encoding: "chunked"'], "0\r\n\r\n"],
    ["a length behind a folded line", ["x-one: a\r\n\tcontent-length: 2", "content-length: 4"], "1234"],
    ["a header without a name", [": x", "content-length: 2"], "{}"],
    ["a name with a blank", ["content length: 2", "content-length: 2"], "{}"],
    ["a carriage return alone", ["x-one: a\rcontent-length: 2", "content-length: 2"], "{}"],
    ["a chunk extension with a line feed", ["transfer-encoding: chunked"], "2;a\n{}\r\n0\r\n\r\n"],
    ["a negative length", ["content-length: -1"], ""],
    ["a length that is no number", ["content-length: 0x10"], ""],
    ["a length with a sign", ["content-length: +4"], "{}"],
    [
      "a length behind the chunks",
      ["transfer-encoding: chunked"],
      "2\r\n{}\r\n0\r\ncontent-length: 1\r\n\r\n",
    ],
    ["an unknown transfer coding", ["transfer-encoding: xchunked"], "0\r\n\r\n"],
    ["chunks that are not last", ["transfer-encoding: chunked, identity"], "0\r\n\r\n"],
    ["a blank before the colon", ["content-length : 2"], "{}"],
    ["a folded header", ["x-one: a\r\n b: c", "content-length: 2"], "{}"],
    ["a broken chunk size", ["transfer-encoding: chunked"], "zz\r\n{}\r\n0\r\n\r\n"],
    ["a chunk longer than it says", ["transfer-encoding: chunked"], "1\r\n{}\r\n0\r\n\r\n"],
    ["a NUL in a header", ["x-one: a\0b", "content-length: 2"], "{}"],
  ])("is refused once, and nothing behind it is served: %s", async (_name, headers, body) => {
    const { url, anthropic, zai } = await openTestGateway();
    const answer = await sendRaw(url, `${rawHead(headers)}${body}${SMUGGLED}`);
    expect([answer.status, answersIn(answer.text)]).toEqual([400, 1]);
    expect(anthropic.requests.length + zai.requests.length).toBe(0);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it.each(["1.0", "1.1"])("is refused under HTTP/%s where only one of them knows chunks", async (version) => {
    const { url, anthropic } = await openTestGateway();
    const head = rawHead(["transfer-encoding: chunked", "connection: close"]).replace(
      "HTTP/1.1",
      `HTTP/${version}`,
    );
    const answer = await sendRaw(url, `${head}${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`);
    expect(answer.text).toMatch(version === "1.0" ? /^HTTP\/1\.1 400 / : /^HTTP\/1\.1 200 /);
    expect(anthropic.requests).toHaveLength(version === "1.0" ? 0 : 1);
  });

  it("is served under HTTP/1.0 when it is plain, on a connection that ends with it", async () => {
    const { url } = await openTestGateway();
    const text = rawMessage(BODY).toString("latin1").replace("HTTP/1.1", "HTTP/1.0");
    const answer = await sendRaw(url, text);
    expect([answer.status, answersIn(answer.text)]).toEqual([200, 1]);
  });

  it("is refused with bare line feeds too", async () => {
    const { url, anthropic } = await openTestGateway();
    const text = `${rawHead([`content-length: ${BODY.length}`])}`.replaceAll("\r\n", "\n");
    const answer = await sendRaw(url, `${text}${BODY}`, { until: /\r\n\r\n/ });
    expect(answersIn(answer.text)).toBe(1);
    expect(answer.status).toBe(400);
    expect(anthropic.requests).toHaveLength(0);
  });

  it("is cut where the gateway refuses before the body is read: nothing of it becomes a request", async () => {
    const { url } = await openTestGateway();
    const head = `PUT /v1/messages HTTP/1.1\r\nhost: localhost:PORT\r\ncontent-length: ${SMUGGLED.length + 9}\r\n\r\n`;
    const answer = await sendRaw(url, `${head}${SMUGGLED}`);
    expect([answer.status, answersIn(answer.text)]).toEqual([405, 1]);
  });
});

describe("what a request sends upstream", () => {
  it("has one length, the right one, whatever way it came", async () => {
    const { url, anthropic } = await openTestGateway();
    const chunked = `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\nx-trailer: 1\r\n\r\n`;
    const answer = await sendRaw(
      url,
      `${rawHead(["transfer-encoding: chunked", "trailer: x-trailer"])}${chunked}`,
      {
        until: /message/,
      },
    );
    expect(answer.status).toBe(200);
    const [request] = anthropic.requests;
    const names = namesOf(request);
    expect(names.filter((name) => name === "content-length")).toHaveLength(1);
    expect(request?.header("content-length")).toBe(String(BODY.length));
    expect(names).not.toContain("transfer-encoding");
    expect(names).not.toContain("trailer");
    expect(request?.body.toString()).toBe(BODY);
  });

  it("is not changed by what comes after its body", async () => {
    const { url, anthropic } = await openTestGateway();
    const trailers = "authorization: Bearer other\r\nx-api-key: other\r\nx-ccp-lane: zai\r\n";
    for (const path of ["/v1/messages", "/v1/files"]) {
      const head = rawHead(["transfer-encoding: chunked", "te: trailers", "connection: close"]);
      const chunked = `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n${trailers}\r\n`;
      await sendRaw(url, `${head.replace("/v1/messages", path)}${chunked}`);
      const request = anthropic.requests.at(-1);
      expect([request?.url, request?.body.toString()]).toEqual([path, BODY]);
      expect(request?.header("authorization")).toBe(`Bearer ${CANARY.client}`);
      expect(request?.header("x-api-key")).toBeNull();
      expect(namesOf(request)).not.toContain("te");
      expect(JSON.stringify(request?.rawHeaders)).not.toContain("other");
    }
  });

  it.each(["/v1/files", "/v1/messages/count_tokens"])(
    "to %s carries no mark of the gateway either",
    async (path) => {
      const { url, anthropic } = await openTestGateway();
      const marks = ["x-ccp-lane: zai", "x-ccp-forged: 1", "x_ccp_forged: 1", "connection: close"];
      await sendRaw(url, rawMessage(BODY, marks).toString("latin1").replace("/v1/messages", path));
      expect(namesOf(anthropic.requests[0]).filter((name) => /^x.ccp/.test(name))).toEqual([]);
      expect(anthropic.requests).toHaveLength(1);
    },
  );

  it("lacks what its Connection header names, and what is for one connection only", async () => {
    const { url, anthropic } = await openTestGateway();
    const hop = [
      "connection: close, X-Secret-Hop, x-ccp-lane",
      "x-secret-hop: 1",
      "x-ccp-lane: zai",
      "x-ccp-anything: 1",
      "x-forwarded-host: evil.test",
      "forwarded: host=evil.test",
      "via: 1.1 evil",
      "cookie: session=1",
      "te: trailers",
      "keep-alive: timeout=1",
      "proxy-authorization: Basic eA==",
      "proxy-connection: close",
      "x_ccp_lane: zai",
      "X_Forwarded_For: 1.2.3.4",
      "x_api_key: other",
      "content_length: 1",
      "transfer_encoding: chunked",
    ];
    const answer = await sendRaw(url, rawMessage(BODY, hop).toString("latin1"));
    expect(answer.status).toBe(200);
    const [request] = anthropic.requests;
    expect(namesOf(request).filter((name) => hop.some((line) => line.startsWith(`${name}:`)))).toEqual([
      "connection",
    ]);
    expect(request?.header("connection")).toBe("keep-alive");
    expect(request?.header("authorization")).toBe(`Bearer ${CANARY.client}`);
  });

  it.each([
    "authorization",
    "x-api-key",
    "Authorization , x",
    "x-ccp-token",
    "host",
    "origin",
    "sec-fetch-site",
    "anthropic-beta",
    "Anthropic-Version",
    "content-encoding",
    "content-type",
    "content-length",
  ])("is nothing when its Connection header names what it stands on: %s", async (listed) => {
    const { url, anthropic } = await openTestGateway();
    const answer = await sendRaw(url, rawMessage(BODY, [`connection: ${listed}`]).toString("latin1"));
    expect(answer.status).toBe(400);
    expect(anthropic.requests).toHaveLength(0);
  });
});

describe("what an answer brings back", () => {
  it("lacks what its Connection header names, the other lane's cookies, and forged marks of the gateway", async () => {
    const { url, zai } = await openTestGateway();
    const body = '{"type":"message","content":[]}';
    const head = [
      "HTTP/1.1 200 OK",
      "content-type: application/json",
      "connection: keep-alive, x-hop",
      "x-hop: 1",
      "keep-alive: timeout=99",
      'alt-svc: h3=":443"',
      "set-cookie: a=1",
      "x-ccp-lane: anthropic",
      "x-ccp-decision: forged",
      "anthropic-ratelimit-unified-5h-utilization: 0.5",
      "x-kept: yes",
      `content-length: ${body.length}`,
    ];
    zai.script(raw(`${head.join("\r\n")}\r\n\r\n${body}`, "open"));
    const answer = await postMessage(url);
    expect(await answer.text()).toBe(body);
    const names = [...answer.headers.keys()];
    for (const gone of ["x-hop", "alt-svc", "set-cookie", "anthropic-ratelimit-unified-5h-utilization"])
      expect(names).not.toContain(gone);
    expect([answer.headers.get("x-ccp-lane"), answer.headers.get("x-ccp-decision")]).toEqual([
      "zai",
      "quota_pass",
    ]);
    expect(answer.headers.get("x-kept")).toBe("yes");
    expect(answer.headers.get("keep-alive")).not.toBe("timeout=99");
  });
});

describe("heads beyond every limit", () => {
  it.each([
    ["ten thousand headers", Array.from({ length: 10_000 }, (_, index) => `x-${index}: 1`)],
    ["one header of 40 KB", [`x-long: ${"a".repeat(40_000)}`]],
  ])("are refused: %s", async (_name, headers) => {
    const { url, anthropic } = await openTestGateway();
    const answer = await sendRaw(url, rawMessage(BODY, headers).toString("latin1"));
    expect(answer.status).toBe(431);
    expect(anthropic.requests).toHaveLength(0);
  });

  it("a target of 40 KB is refused", async () => {
    const { url } = await openTestGateway();
    const answer = await sendRaw(url, `GET /${"a".repeat(40_000)} HTTP/1.1\r\nhost: localhost:PORT\r\n\r\n`);
    expect(answer.status).toBe(431);
  });
});

describe("a wish for another protocol", () => {
  it.each([
    [
      "a websocket",
      "GET /v1/messages HTTP/1.1\r\nhost: localhost:PORT\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n",
    ],
    ["a tunnel", "CONNECT 127.0.0.1:22 HTTP/1.1\r\nhost: localhost:PORT\r\n\r\n"],
    ["HTTP/2 at once", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
  ])("is never granted: %s", async (_name, text) => {
    const { url, anthropic } = await openTestGateway();
    const answer = await sendRaw(url, text, { until: /\r\n\r\n/ });
    expect(answer.status === null || answer.status >= 400).toBe(true);
    expect(answer.text).not.toMatch(/^HTTP\/1\.1 (101|200)/);
    expect(anthropic.requests).toHaveLength(0);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  // langchain4j/langchain4j#3016, envoyproxy/envoy#7161: Java's client adds it to every request and takes a refusal for an end.
  it("that a client adds out of habit is passed over: its request is served, and no lane hears of it", async () => {
    const { url, anthropic } = await openTestGateway();
    const wish = ["connection: Upgrade, HTTP2-Settings", "upgrade: h2c", "http2-settings: AAEAAEAA"];
    const answer = await sendRaw(url, rawMessage(BODY, wish).toString("latin1"), { until: /"usage"/ });
    expect(answer.status).toBe(200);
    expect(namesOf(anthropic.requests[0])).not.toContain("upgrade");
    expect(namesOf(anthropic.requests[0])).not.toContain("http2-settings");
  });

  it("of an upstream is not passed on either", async () => {
    const { url, anthropic } = await openTestGateway();
    anthropic.script(
      raw("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n", "open"),
    );
    const answer = await postMessage(url, { model: "claude-opus-5-5" });
    await answer.text();
    expect(answer.status).not.toBe(101);
    expect([200, 502]).toContain(answer.status);
  });
});

function namesOf(request: RecordedRequest | undefined): string[] {
  return (request?.rawHeaders ?? []).filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
}
