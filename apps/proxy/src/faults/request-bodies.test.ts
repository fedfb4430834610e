import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { brotliCompressSync, gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { HAIKU, messageBody, OPUS } from "../testing/messages.ts";
import { openTestGateway } from "../testing/open-test-gateway.ts";
import { expectSettled } from "./expect-settled.ts";
import { openSocket, rawHead, rawMessage, sendRaw } from "./raw-client.ts";

const MB = 1024 * 1024;
const BODY = messageBody({ model: OPUS });

/** Posts bytes that a string would not carry, on a connection of their own. */
function post(url: string, body: Uint8Array, headers: readonly string[] = []) {
  const lines = ["connection: close", ...headers];
  const { port } = new URL(url);
  return sendRaw(
    url,
    Buffer.from(rawMessage(body, lines).toString("latin1").replace("PORT", port), "latin1"),
  );
}

describe("a body that is not what routing needs", () => {
  it.each<[string, string | Uint8Array]>([
    ["nothing", ""],
    ["blanks", "  \r\n"],
    ["an array", "[1]"],
    ["a word", "null"],
    ["half an object", '{"model":"claude-opus-5-5","messages":['],
    ["text behind the object", `${BODY} x`],
    ["no model", '{"messages":[]}'],
    ["a model that is a number", '{"model":7,"messages":[]}'],
    ["a model that is null", '{"model":null}'],
    ["an empty model", '{"model":""}'],
    ["a model of 10 KB", `{"model":"${"m".repeat(10_000)}"}`],
    ["a model with a line break", '{"model":"a\\n{\\"op\\":1}","messages":[]}'],
    ["a model with a NUL", '{"model":"a\\u0000b","messages":[]}'],
    ["a model with a lone surrogate", '{"model":"a\\ud800b","messages":[]}'],
    ["a model in broken UTF-8", Buffer.from('{"model":"a\xff\xc3b","messages":[]}', "latin1")],
    ["two models", `{"model":"${HAIKU}","messages":[],"model":"${OPUS}"}`],
    ["two models, one spelled with an escape", `{"model":"${HAIKU}","mod\\u0065l":"${OPUS}"}`],
    ["brackets 200,000 deep", `{"model":"${OPUS}","messages":${"[".repeat(200_000)}${"]".repeat(200_000)}}`],
    ["brackets without an end", `{"model":"${OPUS}","messages":${"[".repeat(200_000)}`],
    ["UTF-16", Buffer.from(BODY, "utf16le")],
  ])("is a 400 that no lane hears of: %s", async (_name, body) => {
    const opened = await openTestGateway();
    const answer = await post(opened.url, Buffer.from(body));
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text.split("\r\n\r\n")[1] ?? "")).toMatchObject({
      type: "error",
      error: { type: "invalid_request_error" },
    });
    expect(opened.anthropic.requests.length + opened.zai.requests.length).toBe(0);
    await expectSettled(opened);
  });

  it("names the duplicate key", async () => {
    const { url } = await openTestGateway();
    const answer = await post(url, Buffer.from(`{"model":"a","model":"b"}`));
    expect(answer.text).toContain("model");
    expect(answer.text).toMatch(/duplicate|more than once/);
  });
});

describe("a body that is odd and valid", () => {
  it.each<[string, string]>([
    ["a byte order mark", `\ufeff${BODY}`],
    ["white space around it", ` \r\n\t${BODY}\n\n`],
    [
      "keys of every object's prototype",
      BODY.replace("{", '{"__proto__":{"stream":true},"constructor":{"model":"x"},'),
    ],
    ["the model last", `{"messages":[{"role":"user","content":"hi"}],"max_tokens":5,"model":"${OPUS}"}`],
    [
      "a decoy model inside",
      BODY.replace('"messages"', '"metadata":{"model":"glm-5","x":"\\"model\\":\\"glm-5\\""},"messages"'),
    ],
    ["an unknown field of every kind", BODY.replace("{", '{"a":[1,-2.5e10,true,null,{}],"b":{"c":[]},')],
    ["stream as a word", BODY.replace("{", '{"stream":"true",')],
    ["max_tokens beyond all numbers", BODY.replace("1024", "1e400")],
    ["max_tokens below zero", BODY.replace("1024", "-1")],
    ["emoji and astral letters", BODY.replace("hello", "héllo 日本語 🙂 𝒳")],
  ])("goes on byte for byte: %s", async (_name, body) => {
    const opened = await openTestGateway();
    const answer = await post(opened.url, Buffer.from(body));
    expect(answer.status).toBe(200);
    expect(opened.anthropic.requests[0]?.body.equals(Buffer.from(body))).toBe(true);
    expect(({} as Record<string, unknown>).stream).toBeUndefined();
    await expectSettled(opened);
  });

  it("has only its own model changed, whatever stands around it", async () => {
    const { url, zai } = await openTestGateway();
    const body = `\ufeff {"x":{"model":"${HAIKU}"}, "model" : "${HAIKU}" ,"messages":[{"role":"user","content":"\\"model\\": \\"${HAIKU}\\""}]}`;
    expect((await post(url, Buffer.from(body))).status).toBe(200);
    const expected = body.replace(`"model" : "${HAIKU}"`, '"model" : "glm-4.7"');
    expect(zai.requests[0]?.body.toString()).toBe(expected);
  });

  it("any JSON object with a model is routed by it and arrives unchanged", async () => {
    const { url, anthropic } = await openTestGateway();
    const object = fc.dictionary(
      fc.string().filter((key) => !["model", "stream", "max_tokens"].includes(key)),
      fc.jsonValue({ maxDepth: 4 }),
    );
    await fc.assert(
      fc.asyncProperty(object, fc.boolean(), async (fields, last) => {
        const entries = Object.entries(fields);
        const own = ["model", OPUS] as const;
        const body = Buffer.from(
          JSON.stringify(Object.fromEntries(last ? [...entries, own] : [own, ...entries])),
        );
        anthropic.forget();
        expect((await post(url, body)).status).toBe(200);
        expect(anthropic.requests[0]?.body.equals(body)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe("a compressed body", () => {
  it.each([
    ["gzip", gzipSync],
    ["br", brotliCompressSync],
    ["zstd", zstdCompressSync],
  ] as const)("is read, and goes on as it came: %s", async (encoding, compress) => {
    const { url, anthropic, zai } = await openTestGateway();
    const packed = compress(BODY);
    expect((await post(url, packed, [`content-encoding: ${encoding}`])).status).toBe(200);
    expect(anthropic.requests[0]?.body.equals(packed)).toBe(true);
    expect(anthropic.requests[0]?.header("content-encoding")).toBe(encoding);
    const mapped = compress(messageBody({ model: HAIKU }));
    expect((await post(url, mapped, [`content-encoding: ${encoding}`])).status).toBe(200);
    expect(zai.requests[0]?.body.toString()).toBe(messageBody({ model: "glm-4.7" }));
    expect(zai.requests[0]?.header("content-encoding")).toBeNull();
  });

  it.each([
    ["a bomb", gzipSync(Buffer.alloc(2 * MB, 32)), "gzip", 413],
    ["half of it", gzipSync(BODY).subarray(0, 40), "gzip", 400],
    ["none of it", Buffer.from(BODY), "gzip", 400],
    ["zstd without an end", zstdCompressSync(BODY).subarray(0, 60), "zstd", 400],
    ["an unknown encoding", Buffer.from(BODY), "compress", 415],
    ["two encodings", gzipSync(gzipSync(BODY)), "gzip, gzip", 415],
  ])("is refused: %s", async (_name, body, encoding, status) => {
    const opened = await openTestGateway({ settings: { maxBodyBytes: MB } });
    const answer = await post(opened.url, body, [`content-encoding: ${encoding}`]);
    expect(answer.status).toBe(status);
    expect(opened.anthropic.requests).toHaveLength(0);
    await expectSettled(opened);
  });
});

describe("a body beyond the cap", () => {
  it("gets its answer and no reset, also where its client runs beside the gateway", async () => {
    const { url } = await openTestGateway({ settings: { maxBodyBytes: 64 * 1024 } });
    // In the gateway's own thread a client could not be writing while the connection is closed.
    const worker = new Worker(SENDER, {
      eval: true,
      workerData: { url: `${url}/v1/messages`, bytes: 4_000_000 },
    });
    onTestFinished(() => void worker.terminate());
    const [ends] = (await once(worker, "message")) as [string[]];
    expect(ends).toEqual(Array.from({ length: 20 }, () => "413"));
  });

  it("is told so, though its client goes on sending", async () => {
    const { url } = await openTestGateway({ settings: { maxBodyBytes: 64 * 1024 } });
    for (let run = 0; run < 5; run += 1) {
      const answer = await fetch(`${url}/v1/messages`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: messageBody({ model: OPUS, prompt: "x".repeat(8 * MB) }),
      });
      expect(answer.status).toBe(413);
      expect(await answer.json()).toMatchObject({ error: { type: "request_too_large" } });
    }
  });

  it.each([
    ["declared", "content-length: 104857600"],
    ["undeclared", "transfer-encoding: chunked"],
  ])("is not taken in: %s", async (_name, framing) => {
    const { url } = await openTestGateway({ settings: { maxBodyBytes: 2 * MB } });
    const socket = await openSocket(url);
    const ended = new Promise((resolve) => socket.once("close", resolve));
    socket.write(rawHead([framing]).replace("PORT", new URL(url).port));
    if (framing.startsWith("transfer")) socket.write("6400000\r\n");
    const piece = Buffer.alloc(MB, 32);
    let taken = 0;
    const send = (): void =>
      void socket.write(piece, (error) => {
        if (error != null) return;
        taken += MB;
        if (taken < 100 * MB) send();
      });
    send();
    await ended;
    // What is thrown away so that the answer is seen, and the socket buffers of both sides.
    expect(taken).toBeLessThan(20 * MB);
  });

  it("counts against what all requests together may hold while it is still arriving", async () => {
    const { gateway, url } = await openTestGateway();
    Object.assign(gateway.deps.bodyBudget, { maxBytes: 100_000 });
    const half = `${rawHead(["transfer-encoding: chunked"])}fffff\r\n${"x".repeat(60_000)}`;
    const answers = [1, 2].map(() => sendRaw(url, half, { until: /\r\n\r\n/, patienceMs: 1_000 }));
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    expect(statuses).toContain(503);
  });
});

/** Sends a body twenty times, one after the other, and tells how each ended. */
const SENDER = `
const { request } = require("node:http");
const { parentPort, workerData } = require("node:worker_threads");
const send = () =>
  new Promise((resolve) => {
    const headers = { "content-type": "application/json" };
    const outgoing = request(workerData.url, { method: "POST", agent: false, headers }, (incoming) => {
      incoming.resume();
      incoming.on("end", () => resolve(String(incoming.statusCode)));
    });
    outgoing.on("error", (error) => resolve(error.code));
    outgoing.end(Buffer.alloc(workerData.bytes, 32));
  });
(async () => {
  const ends = [];
  while (ends.length < 20) ends.push(await send());
  parentPort.postMessage(ends);
})();
`;
