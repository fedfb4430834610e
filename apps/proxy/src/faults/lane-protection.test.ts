import { type AddressInfo, createServer, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { raw, redirect, type Step, sse } from "@ccp/mock-upstream";
import { describe, expect, it, onTestFinished } from "vitest";
import { messageBody, OPUS, postMessage } from "../testing/messages.ts";
import { openTestGateway, testCatalog } from "../testing/open-test-gateway.ts";
import { expectSettled } from "./expect-settled.ts";
import { openSocket, rawMessage } from "./raw-client.ts";

const event = (type: string, more: object = {}): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;
const BEGIN = event("message_start", { message: { usage: { input_tokens: 9, output_tokens: 1 } } });
const DELTA = event("content_block_delta", {
  index: 0,
  delta: { type: "text_delta", text: "x".repeat(4_000) },
});
const END =
  event("message_delta", { delta: { stop_reason: "end_turn" }, usage: { output_tokens: 7 } }) +
  event("message_stop");
const MB = 1_048_576;

/** A lane that speaks bytes; `serve` is told of each connection on which something has come. */
async function openLane(serve: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => undefined));
    socket.once("data", () => serve(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** How much of an answer can be read, and whether its connection broke. */
async function read(answer: Response): Promise<{ text: string; broken: boolean }> {
  const pieces: Buffer[] = [];
  try {
    for await (const piece of answer.body ?? []) pieces.push(Buffer.from(piece));
    return { text: Buffer.concat(pieces).toString(), broken: false };
  } catch {
    return { text: Buffer.concat(pieces).toString(), broken: true };
  }
}

describe("what a lane can do to the gateway", () => {
  it("is not to fill its memory for a client that reads slowly: the lane is read no faster", async () => {
    const most = 64 * MB;
    let taken = 0;
    const anthropic = await openLane((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n${BEGIN}`);
      const piece = Buffer.from(DELTA.repeat(64));
      const more = (): void => {
        if (taken >= most || socket.destroyed) return;
        socket.write(piece, () => {
          taken += piece.length;
          more();
        });
      };
      more();
    });
    const opened = await openTestGateway({ catalog: ({ zai }) => testCatalog({ anthropic, zai }) });
    const client = await openSocket(opened.url);
    onTestFinished(() => void client.destroy());
    client.pause();
    const request = rawMessage(messageBody({ model: OPUS, stream: true })).toString("latin1");
    client.write(request.replaceAll("PORT", new URL(opened.url).port));
    let before = -1;
    await expect
      .poll(
        () => {
          const hasStopped = taken > 0 && taken === before;
          before = taken;
          return hasStopped;
        },
        { interval: 300, timeout: 20_000 },
      )
      .toBe(true);
    expect(taken).toBeLessThan(most / 2);
  });

  it("is not to unpack without end: an answer that does is cut", async () => {
    const opened = await openTestGateway();
    const bomb = gzipSync(BEGIN + DELTA.repeat(24_000) + END);
    opened.anthropic.script(sse(bomb, { "content-encoding": "gzip" }));
    const seen = await read(await postMessage(opened.url, { model: OPUS, stream: true }));
    expect(seen.broken).toBe(true);
    expect(seen.text.length).toBeLessThan(65 * MB);
    await expectSettled(opened);
    expect(opened.completions()).toMatchObject([{ reason: "truncated" }]);
  });

  it("is asked not to pack its answers, whatever the client takes", async () => {
    const { url, anthropic } = await openTestGateway();
    await (
      await postMessage(url, { model: OPUS, headers: { "accept-encoding": "gzip, br, zstd" } })
    ).arrayBuffer();
    const names = anthropic.requests[0]?.rawHeaders.filter((_, index) => index % 2 === 0) ?? [];
    expect(names.filter((name) => name.toLowerCase() === "accept-encoding")).toHaveLength(1);
    expect(anthropic.requests[0]?.header("accept-encoding")).toBe("identity");
  });

  it.each([301, 302, 303, 307, 308])("is not to send the client elsewhere: %i", async (code) => {
    const { url, anthropic } = await openTestGateway();
    anthropic.script(redirect("https://evil.test/v1/messages", code));
    const answer = await postMessage(url, { model: OPUS });
    expect([answer.status, answer.headers.get("location")]).toEqual([502, null]);
    expect(await answer.text()).toContain("upstream_redirect");
  });

  it("is not to flood it with headers: the next lane serves", async () => {
    const opened = await openTestGateway();
    const flood = Array.from({ length: 2_000 }, (_, index) => `x-${index}: ${"y".repeat(100)}\r\n`).join("");
    opened.anthropic.script(raw(`HTTP/1.1 200 OK\r\n${flood}\r\n`, "open"));
    const answer = await postMessage(opened.url, { model: OPUS });
    expect([answer.status, answer.headers.get("x-ccp-lane")]).toEqual([200, "zai"]);
    await answer.text();
    await expectSettled(opened);
  });
});

const HEAD = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n";
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
const CHUNKED = `${HEAD}transfer-encoding: chunked\r\n\r\n`;

describe("a frame that is not what it says", () => {
  it.each<[what: string, step: Step]>([
    [
      "a trailer behind the last chunk",
      raw(`${CHUNKED}${chunk(BEGIN + END)}0\r\nx-trailer: 1\r\n\r\n`, "open"),
    ],
    ["no last chunk behind the last event", raw(CHUNKED + chunk(BEGIN + END), "fin")],
    ["a length that is too long", raw(`${HEAD}content-length: 90000\r\n\r\n${BEGIN}${END}`, "fin")],
    ["garbage for a chunk behind the last event", raw(`${CHUNKED}${chunk(BEGIN + END)}zz\r\n`, "open")],
    ["HTTP/1.0", raw(`HTTP/1.0 200 OK\r\ncontent-type: text/event-stream\r\n\r\n${BEGIN}${END}`, "fin")],
    [
      "HTTP/1.0 and an open connection",
      raw(`HTTP/1.0 200 OK\r\ncontent-type: text/event-stream\r\n\r\n${BEGIN}${END}`, "open"),
    ],
    ["a half-closed connection", raw(`${HEAD}\r\n${BEGIN}${END}`, "fin")],
  ])("spoils no whole answer: %s", async (_what, step) => {
    const opened = await openTestGateway();
    opened.anthropic.script(step);
    expect(await read(await postMessage(opened.url, { model: OPUS, stream: true }))).toEqual({
      text: BEGIN + END,
      broken: false,
    });
    await expectSettled(opened);
    expect(opened.completions()).toMatchObject([{ reason: "ok", output_tokens: 7 }]);
  });

  it.each<[what: string, step: Step]>([
    ["garbage for a chunk", raw(`${CHUNKED}${chunk(BEGIN)}zz\r\n`, "open")],
    [
      "a length that is too short",
      raw(`${HEAD}content-length: ${BEGIN.length}\r\n\r\n${BEGIN}${END}`, "fin"),
    ],
    ["a length that is too long", raw(`${HEAD}content-length: 90000\r\n\r\n${BEGIN}`, "fin")],
    ["a reset", raw(CHUNKED + chunk(BEGIN), "rst")],
    ["a second head", raw(`${CHUNKED}${chunk(BEGIN)}HTTP/1.1 200 OK\r\n\r\n`, "open")],
  ])("ends half an answer as one: %s", async (_what, step) => {
    const opened = await openTestGateway();
    opened.anthropic.script(step);
    const seen = await read(await postMessage(opened.url, { model: OPUS, stream: true }));
    expect([seen.broken, seen.text.startsWith(BEGIN), seen.text.includes("event: error")]).toEqual([
      true,
      true,
      true,
    ]);
    await expectSettled(opened);
    expect(opened.completions()).toMatchObject([{ reason: "truncated" }]);
  });
});

describe("an answer that comes before the request is all there", () => {
  it.each([413, 429])("reaches the client, though the connection is reset behind it: %i", async (code) => {
    const body = JSON.stringify({
      type: "error",
      error: { type: "request_too_large", message: "too large" },
    });
    const zai = await openLane((socket) => {
      socket.pause();
      socket.write(
        `HTTP/1.1 ${code} No\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
      setTimeout(() => socket.resetAndDestroy(), 100);
    });
    const opened = await openTestGateway({ catalog: ({ anthropic }) => testCatalog({ anthropic, zai }) });
    const answer = await postMessage(opened.url, { model: "glm-5", prompt: "x".repeat(30 * MB) });
    expect([answer.status, await answer.text()]).toEqual([code, body]);
    await expectSettled(opened);
  });
});
