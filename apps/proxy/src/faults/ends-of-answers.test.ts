import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { raw, reply, type Step, sse } from "@ccp/mock-upstream";
import type { UsageEvent } from "@ccp/usage-contract";
import { describe, expect, it, onTestFinished } from "vitest";
import { messageBody, OPUS, postMessage } from "../testing/messages.ts";
import { openTestGateway, type TestGateway, testCatalog } from "../testing/open-test-gateway.ts";
import { expectSettled } from "./expect-settled.ts";
import { openSocket, rawMessage } from "./raw-client.ts";

const event = (type: string, more: object = {}): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;
const BEGIN =
  event("message_start", { message: { usage: { input_tokens: 9, output_tokens: 1 } } }) +
  event("content_block_delta", { index: 0, delta: { type: "text_delta", text: "hi" } });
const STOPPED = event("message_delta", { delta: { stop_reason: "end_turn" }, usage: { output_tokens: 7 } });
const STOP = event("message_stop");
const ERROR = event("error", { error: { type: "api_error", message: "Internal server error" } });
const PING = event("ping");

const SSE = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";
const JSON_HEAD = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
const MESSAGE = JSON.stringify({
  type: "message",
  role: "assistant",
  content: [{ type: "text", text: "hi" }],
  stop_reason: "end_turn",
  usage: { input_tokens: 9, output_tokens: 7 },
});

/** All of a stream, and whether its connection broke. */
async function read(answer: Response): Promise<{ text: string; broken: boolean }> {
  let text = "";
  try {
    for await (const piece of answer.body ?? []) text += Buffer.from(piece).toString();
    return { text, broken: false };
  } catch {
    return { text, broken: true };
  }
}

const failuresOf = ({ gateway }: TestGateway, lane: string): number =>
  gateway.deps.book.snapshot().lanes.find((each) => each.lane === lane)?.failures ?? 0;

// router-for-me/CLIProxyAPI#5717: the answer was whole, its connection stayed open, and the client waited.
describe("a connection that stays open behind a whole answer", () => {
  it.each<[what: string, text: string, end: Partial<UsageEvent>]>([
    ["message_stop", BEGIN + STOPPED + STOP, { reason: "ok", output_tokens: 7 }],
    [
      "message_stop and [DONE]",
      `${BEGIN + STOPPED + STOP}data: [DONE]\n\n`,
      { reason: "ok", output_tokens: 7 },
    ],
    ["[DONE] alone", `${BEGIN + STOPPED}data: [DONE]\n\n`, { reason: "ok", output_tokens: 7 }],
    ["an error", BEGIN + ERROR, { reason: "error", err_type: "stream_error" }],
  ])("is left, and the client has its end: %s", async (_what, text, end) => {
    const opened = await openTestGateway();
    opened.anthropic.script(raw(SSE + text, "open"));
    const seen = await read(await postMessage(opened.url, { model: OPUS, stream: true }));
    expect(seen).toEqual({ text, broken: false });
    await expectSettled(opened);
    expect(opened.completions()).toMatchObject([{ status: 200, ...end }]);
    await expect.poll(() => opened.anthropic.requests[0]?.aborted).toBe(true);
  });

  it("is left where JSON without a frame is whole, and not before", async () => {
    const opened = await openTestGateway({ settings: { sseIdleTimeoutMs: 1_500 } });
    const half = MESSAGE.slice(0, 60);
    opened.anthropic.script(
      raw(`${JSON_HEAD}\r\n${MESSAGE}`, "open"),
      raw(`${JSON_HEAD}\r\n${half}`, "open"),
    );
    expect(await read(await postMessage(opened.url, { model: OPUS }))).toEqual({
      text: MESSAGE,
      broken: false,
    });
    expect((await read(await postMessage(opened.url, { model: OPUS }))).broken).toBe(true);
    await expectSettled(opened);
    expect(opened.completions()).toMatchObject([
      { reason: "ok", output_tokens: 7 },
      { reason: "stream_timeout" },
    ]);
  });

  it("is used again where the answer has its frame", async () => {
    const opened = await openTestGateway();
    const framed = `${JSON_HEAD}content-length: ${MESSAGE.length}\r\n\r\n${MESSAGE}`;
    opened.anthropic.script(raw(framed, "open"), raw(framed, "open"));
    for (let asked = 0; asked < 2; asked += 1)
      expect((await read(await postMessage(opened.url, { model: OPUS }))).text).toBe(MESSAGE);
    expect(opened.anthropic.connections).toBe(1);
  });
});

// maximhq/bifrost#5010 and its kin keep streams warm with comments: such a stream is warm, and nothing comes.
describe("a lane that sends signs of life and no answer", () => {
  it.each<[what: string, sign: string]>([
    ["comments", ": keep-alive\n\n"],
    ["blank lines", "\n"],
  ])("is silent: %s", async (_what, sign) => {
    const anthropic = await openDrippingLane(BEGIN, sign);
    const opened = await openTestGateway({
      settings: { sseIdleTimeoutMs: 400 },
      catalog: ({ zai }) => testCatalog({ anthropic, zai }),
    });
    const seen = await read(await postMessage(opened.url, { model: OPUS, stream: true }));
    expect(seen.broken).toBe(true);
    // The client had them: they keep its own watch quiet until the lane is given up.
    expect(seen.text.split(sign).length).toBeGreaterThan(3);
    await expectSettled(opened);
    expect(opened.completions()).toMatchObject([{ reason: "stream_timeout", err_type: "idle_timeout" }]);
    expect(failuresOf(opened, "anthropic")).toBe(1);
  });
});

// A model that thinks for long sends pings meanwhile, and then its answer.
describe("a lane that sends pings", () => {
  it.each<[what: string, ping: string]>([
    ["pings", PING],
    ["unnamed pings", 'data: {"type":"ping"}\n\n'],
  ])("is waited for as long as for a head, not for good: %s", async (_what, ping) => {
    const anthropic = await openDrippingLane(BEGIN, ping);
    const opened = await openTestGateway({
      settings: { sseIdleTimeoutMs: 400, headerTimeoutMs: 1_600 },
      catalog: ({ zai }) => testCatalog({ anthropic, zai }),
    });
    const startedMs = performance.now();
    const seen = await read(await postMessage(opened.url, { model: OPUS, stream: true }));
    expect(performance.now() - startedMs).toBeGreaterThan(1_500);
    expect(seen.broken).toBe(true);
    await expectSettled(opened);
    expect(opened.completions()).toMatchObject([{ reason: "stream_timeout", err_type: "idle_timeout" }]);
  });
});

/** Begins each answer and then sends one more sign each 25 ms. */
async function openDrippingLane(begin: string, sign: string): Promise<string> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(begin);
    const drip = setInterval(() => response.write(sign), 25);
    response.on("close", () => clearInterval(drip));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

// farion1231/cc-switch#6672, #7425: a lane that began every answer and finished none stayed the first choice.
describe("a lane that begins its answers and finishes none", () => {
  const cut = `${JSON_HEAD}content-length: 5000\r\n\r\n${MESSAGE.slice(0, 60)}`;
  it.each<[what: string, step: Step, isStream: boolean]>([
    ["ended early", sse(BEGIN), true],
    ["cut off", raw(SSE + BEGIN, "rst"), true],
    ["gone silent", raw(SSE + BEGIN, "open"), true],
    ["an error behind the beginning", sse(BEGIN + ERROR), true],
    ["JSON cut off", raw(cut, "fin"), false],
    ["JSON gone silent", raw(cut, "open"), false],
  ])("is left after five of them: %s", async (_what, step, stream) => {
    const opened = await openTestGateway({ settings: { sseIdleTimeoutMs: 150 } });
    opened.anthropic.script(...Array.from({ length: 6 }, () => step));
    const lanes: (string | null)[] = [];
    for (let asked = 0; asked < 6; asked += 1) {
      const answer = await postMessage(opened.url, { model: OPUS, stream });
      lanes.push(answer.headers.get("x-ccp-lane"));
      await read(answer);
      await expectSettled(opened);
    }
    expect(lanes).toEqual([...Array.from({ length: 5 }, () => "anthropic"), "zai"]);
  });

  it("is good again with one that it finishes", async () => {
    const opened = await openTestGateway();
    opened.anthropic.script(sse(BEGIN), sse(BEGIN), reply());
    const failures: number[] = [];
    for (let asked = 0; asked < 3; asked += 1) {
      await read(await postMessage(opened.url, { model: OPUS, stream: true }));
      await expectSettled(opened);
      failures.push(failuresOf(opened, "anthropic"));
    }
    expect(failures).toEqual([1, 2, 0]);
  });

  it("is neither better nor worse for a client that left", async () => {
    const opened = await openTestGateway();
    opened.anthropic.script(sse(BEGIN), raw(SSE + BEGIN, "open"));
    await read(await postMessage(opened.url, { model: OPUS, stream: true }));
    const leaving = new AbortController();
    await postMessage(opened.url, { model: OPUS, stream: true, signal: leaving.signal });
    leaving.abort();
    await expectSettled(opened);
    expect(opened.completions()).toMatchObject([{ reason: "truncated" }, { reason: "client_closed" }]);
    expect(failuresOf(opened, "anthropic")).toBe(1);
  });
});

describe("a client that takes nothing", () => {
  it("is broken off, and its lane's connection is free", async () => {
    const opened = await openTestGateway({ settings: { clientStallTimeoutMs: 300 } });
    const much = event("content_block_delta", { delta: { type: "text_delta", text: "x".repeat(10_000) } });
    opened.anthropic.script(sse(BEGIN + much.repeat(2_000) + STOPPED + STOP));
    const socket = await openSocket(opened.url);
    socket.pause();
    const request = rawMessage(messageBody({ model: OPUS, stream: true })).toString("latin1");
    socket.write(request.replaceAll("PORT", new URL(opened.url).port));
    const asked = await opened.anthropic.request(1);
    await expect.poll(() => asked.aborted, { timeout: 5_000 }).toBe(true);
    await expectSettled(opened);
    expect(opened.completions()).toMatchObject([{ reason: "client_closed", status: 499 }]);
    expect(failuresOf(opened, "anthropic")).toBe(0);
    socket.destroy();
  });
});
