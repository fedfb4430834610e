import {
  brotliCompressSync,
  constants,
  createZstdCompress,
  gzipSync,
  zstdCompressSync,
  zstdDecompressSync,
} from "node:zlib";
import { ENDPOINTS } from "@ccp/usage-contract";
import { describe, expect, it } from "vitest";
import { OPUS } from "../testing/messages.ts";
import { openTestGateway } from "../testing/open-test-gateway.ts";
import { expectSettled } from "./expect-settled.ts";
import { openSocket, rawMessage, sendRaw } from "./raw-client.ts";

const MB = 1_048_576;

const head = (path: string, headers: readonly string[]): string =>
  `POST ${path} HTTP/1.1\r\nhost: localhost:PORT\r\ncontent-type: application/json\r\n${headers.join("\r\n")}\r\n\r\n`;

/** Own routes that take a body. */
const TAKING = ENDPOINTS.filter(({ request }) => request !== undefined).map(({ path }) => path);

describe("an own route", () => {
  it.each(TAKING)("%s takes in no endless body", async (path) => {
    const { url, gateway } = await openTestGateway({ settings: { devEnable: true } });
    const socket = await openSocket(url);
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
    });
    const ended = new Promise((resolve) => socket.once("close", resolve));
    socket.write(head(path, ["transfer-encoding: chunked"]).replace("PORT", new URL(url).port));
    // 1.2 GB in one chunk, as far as the gateway can tell.
    socket.write("47868c00\r\n");
    const piece = Buffer.alloc(MB, 32);
    let most = 0;
    for (let sent = 0; sent < 64 && !socket.destroyed; sent += 1) {
      socket.write(piece);
      most = Math.max(most, gateway.deps.bodyBudget.heldBytes);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await ended;
    expect(text).toMatch(/^HTTP\/1\.1 413 /);
    expect(most).toBeLessThan(MB);
    expect(gateway.deps.bodyBudget.heldBytes).toBe(0);
  });

  it.each(TAKING)("%s refuses a body that is declared too large before a byte of it", async (path) => {
    const { url } = await openTestGateway({ settings: { devEnable: true } });
    for (const headers of [
      ["content-length: 1200000000"],
      ["expect: 100-continue", "content-length: 1200000000"],
    ]) {
      const { text } = await sendRaw(url, head(path, headers));
      expect(text).toMatch(/^HTTP\/1\.1 413 /);
    }
  });

  it.each(TAKING)("%s takes no packed body", async (path) => {
    const { url } = await openTestGateway({ settings: { devEnable: true } });
    const packed = gzipSync(Buffer.alloc(MB, 32));
    const text = head(path, [
      "content-encoding: gzip",
      `content-length: ${packed.length}`,
      "connection: close",
    ]);
    const answer = await sendRaw(url, text + packed.toString("latin1"));
    expect(answer.status).toBe(415);
  });

  it("asks for no body, and reads none, before the guards have let its request in", async () => {
    const { url, gateway } = await openTestGateway({
      settings: { adminToken: "wanted", clientToken: "wanted" },
    });
    const framing = ["expect: 100-continue", "content-length: 1000"];
    const cases: [string, string][] = [
      [head("/v1/decisions", framing), "401"],
      [head("/v1/quotas/mark-429", framing), "401"],
      [head("/v1/messages", framing), "403"],
      [head("/v1/messages/count_tokens", framing), "403"],
      [head("/v1/files", framing), "403"],
      [head("/v1/chat/completions", framing), "404"],
      [head("/v1/statusline", [...framing, "origin: http://evil.test"]), "403"],
      [head("/v1/messages", framing).replace("localhost:PORT", "evil.test"), "403"],
    ];
    for (const [text, status] of cases) {
      const answer = await sendRaw(url, text);
      expect(answer.text.slice(0, 12), text).toBe(`HTTP/1.1 ${status}`);
    }
    expect(gateway.deps.bodyBudget.heldBytes).toBe(0);
  });

  it.each([
    ["/v1/decisions", '{"model":"glm-5"}', 202],
    ["/v1/statusline", "{}", 200],
  ])("%s asks for the body that it will read", async (path, body, status) => {
    const { url } = await openTestGateway();
    const text = head(path, ["expect: 100-continue", `content-length: ${body.length}`, "connection: close"]);
    const answer = await sendRaw(url, text + body);
    expect(answer.text).toContain(`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 ${status} `);
  });

  it("knows no other expectation", async () => {
    const { url } = await openTestGateway();
    expect(
      (
        await sendRaw(
          url,
          head("/v1/decisions", ["expect: 200-ok", "content-length: 0", "connection: close"]),
        )
      ).status,
    ).toBe(417);
  });
});

/** Valid for all the gateway knows: a message, and blanks. */
const BLANKS = Buffer.concat([
  Buffer.from(`{"model":"${OPUS}","max_tokens":1,"messages":[]`),
  Buffer.alloc(2 * MB, 32),
  Buffer.from("}"),
]);

describe("many small bodies that grow", () => {
  // headroomlabs-ai/headroom#3284: a cap for each of them alone is none for all together.
  it.each([
    ["gzip", gzipSync(BLANKS)],
    ["br", brotliCompressSync(BLANKS)],
    ["zstd", zstdCompressSync(BLANKS)],
  ])("take together what all bodies may take: %s", async (encoding, packed) => {
    const opened = await openTestGateway();
    const budget = watchBudget(opened.gateway.deps.bodyBudget, 6 * MB);
    const bomb = rawMessage(packed, [`content-encoding: ${encoding}`, "connection: close"]);
    const bytes = Buffer.from(bomb.toString("latin1").replace("PORT", new URL(opened.url).port), "latin1");
    const answers = await Promise.all(Array.from({ length: 24 }, () => sendRaw(opened.url, bytes)));
    const statuses = answers.map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200, 503]));
    // One piece of output beyond, for each that was being decoded.
    expect(budget.most()).toBeLessThan(6 * MB + 24 * 64 * 1024);
    await expectSettled(opened);
    expect(opened.gateway.deps.bodyBudget.heldBytes).toBe(0);
  });

  it("give back what they took when they turn out to be too large, broken or no JSON", async () => {
    const opened = await openTestGateway({ settings: { maxBodyBytes: MB } });
    const bodies: [Buffer, number][] = [
      [gzipSync(BLANKS), 413],
      [gzipSync(Buffer.alloc(MB / 2, 32)), 400],
      [gzipSync(BLANKS.subarray(0, MB / 2)).subarray(0, 400), 400],
    ];
    for (const [body, status] of bodies) {
      const bytes = rawMessage(body, ["content-encoding: gzip", "connection: close"]).toString("latin1");
      const text = bytes.replace("PORT", new URL(opened.url).port);
      expect((await sendRaw(opened.url, Buffer.from(text, "latin1"))).status).toBe(status);
      expect(opened.gateway.deps.bodyBudget.heldBytes).toBe(0);
    }
  });

  it("ask for no more memory than web content in their encoding may", async () => {
    const { url } = await openTestGateway();
    const packer = createZstdCompress({ params: { [constants.ZSTD_c_windowLog]: 27 } });
    // A frame whose content's size is not known beforehand tells how wide its window is.
    packer.write(BLANKS.subarray(0, MB));
    packer.end(BLANKS.subarray(MB));
    const wide = Buffer.concat(await packer.toArray());
    expect(zstdDecompressSync(wide).equals(BLANKS)).toBe(true);
    const bytes = rawMessage(wide, ["content-encoding: zstd", "connection: close"]).toString("latin1");
    const answer = await sendRaw(url, Buffer.from(bytes.replace("PORT", new URL(url).port), "latin1"));
    expect(answer.status).toBe(400);
  });
});

/** Sets the limit of all bodies, and remembers the most that was held at once. */
function watchBudget(budget: object, maxBytes: number): { most: () => number } {
  let held = 0;
  let most = 0;
  Object.defineProperty(budget, "maxBytes", { value: maxBytes });
  Object.defineProperty(budget, "heldBytes", {
    get: () => held,
    set: (bytes: number) => {
      held = bytes;
      most = Math.max(most, bytes);
    },
  });
  return { most: () => most };
}
