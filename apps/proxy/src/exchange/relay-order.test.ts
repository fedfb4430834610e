import type { ServerResponse } from "node:http";
import { findExtractor } from "@ccp/token-extractors";
import { describe, expect, it } from "vitest";
import { postMessage } from "../testing/messages.ts";
import { openTestGateway } from "../testing/open-test-gateway.ts";
import { type RelayInput, relay } from "./relay.ts";
import { type BodySink, CallFailure, type UpstreamCall } from "./upstream-call.ts";

/** What a client sees and what is booked, in the order in which it happens. */
function open(isStream: boolean, headers: readonly string[] = []) {
  const order: string[] = [];
  let sink: BodySink | null = null;
  const outgoing: Record<string, unknown> = {
    writableNeedDrain: false,
    writableFinished: true,
    on: () => outgoing,
    once: () => outgoing,
    writeHead: () => {},
    flushHeaders: () => {},
    write: (chunk: Uint8Array | string) =>
      order.push(`bytes ${Buffer.from(chunk).toString().slice(-14)}`) > 0,
    end: (text?: string) => order.push(`end ${text ?? ""}`.trim()),
    destroy: () => {},
  };
  const call = {
    held: [Buffer.alloc(0)],
    bodyBytes: 0,
    firstByteAtMs: 0,
    attach: (given: BodySink) => {
      sink = given;
    },
  };
  const input: RelayInput = {
    call: call as unknown as UpstreamCall,
    outgoing: outgoing as unknown as ServerResponse,
    status: 200,
    headers,
    isStream,
    isUnframed: false,
    stallMs: 300_000,
    extractor: findExtractor("anthropic"),
    restore: null,
    missingStop: "complete",
    onMint: null,
    onEnd: ({ reason, usage }) => order.push(`booked ${reason} ${usage?.outputTokens}`),
  };
  const done = relay(input);
  const upstream = sink as unknown as BodySink;
  return { order, done, send: (text: string) => upstream.data(Buffer.from(text)), upstream };
}

const START = `event: message_start\ndata: {"type":"message_start","message":{"usage":{"input_tokens":3,"output_tokens":1}}}\n\n`;
const DELTA = `event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":7}}\n\n`;
const STOP = `event: message_stop\ndata: {"type":"message_stop"}\n\n`;
const JSON_ANSWER = '{"type":"message","usage":{"input_tokens":3,"output_tokens":7}}';

it("has the changes of the state written when an answer is booked, once for each", async () => {
  let flushed = 0;
  const { url } = await openTestGateway({ flushOps: () => (flushed += 1) });
  await (await postMessage(url)).text();
  expect(flushed).toBe(1);
  await (await postMessage(url, { stream: true })).text();
  expect(flushed).toBe(2);
});

describe("an answer is booked before its client knows that it has all of it", () => {
  it("a stream with its message_stop, though its connection stays open", async () => {
    const { order, send, upstream, done } = open(true);
    send(START);
    send(DELTA + STOP.slice(0, 30));
    expect(order.filter((step) => step.startsWith("booked"))).toEqual([]);
    send(STOP.slice(30));
    expect(order.slice(-2)).toEqual(["booked ok 7", expect.stringMatching(/^bytes ssage_stop/)]);
    upstream.fail(new CallFailure("reset", null));
    await done;
    expect(order.filter((step) => step.startsWith("booked"))).toHaveLength(1);
    expect(order.at(-1)).toBe("end");
  });

  it("a stream that lacks its message_stop", async () => {
    const { order, send, upstream, done } = open(true);
    send(START);
    send(DELTA);
    upstream.end();
    await done;
    expect(order.slice(-2)).toEqual(["booked ok 7", expect.stringMatching(/^end event: message_stop/)]);
  });

  it.each([
    ["whose length is known", ["Content-Length", String(JSON_ANSWER.length)]],
    ["in chunks", []],
  ])("an answer in one piece %s", async (_name, headers) => {
    const { order, send, upstream, done } = open(false, headers);
    send(JSON_ANSWER.slice(0, 20));
    expect(order).toHaveLength(1);
    send(JSON_ANSWER.slice(20));
    upstream.end();
    await done;
    const booked = order.indexOf("booked ok 7");
    const last =
      headers.length > 0 ? order.findLastIndex((step) => step.startsWith("bytes")) : order.indexOf("end");
    expect([booked > 0, booked < last]).toEqual([true, true]);
  });

  it("whatever came of one that broke off is passed on", async () => {
    const { order, send, upstream, done } = open(false, ["content-length", "10"]);
    send("12345");
    send("67890");
    upstream.fail(new CallFailure("reset", null));
    await done;
    expect(order).toEqual(["bytes 12345", "bytes 67890", "booked truncated undefined"]);
  });
});
