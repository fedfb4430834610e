import type { ServerResponse } from "node:http";
import { PassThrough } from "node:stream";
import { findExtractor } from "@ccp/token-extractors";
import type { Dispatcher } from "undici";
import { expect, it, onTestFinished, vi } from "vitest";
import type { Relayed } from "./relay.ts";
import { relayStream } from "./relay-stream.ts";
import { UpstreamCall } from "./upstream-call.ts";

const OPEN: Dispatcher.DispatchController = {
  aborted: false,
  paused: false,
  reason: null,
  rawHeaders: [],
  rawTrailers: null,
  abort: () => {},
  pause: () => {},
  resume: () => {},
};

const event = (type: string, more: object = {}): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;
const STOPPED = event("message_start") + event("message_delta", { delta: { stop_reason: "end_turn" } });

interface Relaying {
  readonly relayed: Promise<Relayed>;
  /** More of the body comes. */
  readonly come: (text: string) => Promise<void>;
  /** What the client has. */
  readonly text: () => string;
}

/** A stream that is being passed on, with time in the test's hand. */
function relaying(missingStop: "complete" | "error"): Relaying {
  vi.useFakeTimers({
    toFake: ["setTimeout", "clearTimeout", "setImmediate", "clearImmediate", "performance"],
  });
  onTestFinished(() => void vi.useRealTimers());
  const call = new UpstreamCall({ headerMs: 600_000, idleMs: 300_000, decode: true }, () => 0);
  call.onRequestStart(OPEN);
  call.onResponseStart(OPEN, 200, {});
  let text = "";
  const client = new PassThrough();
  client.on("data", (piece) => {
    text += piece;
  });
  client.on("error", () => undefined);
  const outgoing = Object.assign(client, { writeHead: () => {}, flushHeaders: () => {} });
  const relayed = new Promise<Relayed>(
    (resolve) =>
      void relayStream({
        call,
        outgoing: outgoing as unknown as ServerResponse,
        status: 200,
        headers: [],
        isStream: true,
        isUnframed: false,
        stallMs: 300_000,
        extractor: findExtractor("anthropic"),
        restore: null,
        missingStop,
        onMint: null,
        onEnd: resolve,
      }),
  );
  const come = async (piece: string): Promise<void> => {
    call.onResponseData(OPEN, Buffer.from(piece));
    await new Promise<void>((resolve) => process.nextTick(resolve));
  };
  return { relayed, come, text: () => text };
}

// Of the kind of router-for-me/CLIProxyAPI#5717: the stop reason came, the last event never did.
it("ends ten seconds after the stop reason where the last event does not come, pings or not", async () => {
  const { relayed, come, text } = relaying("complete");
  await come(STOPPED);
  for (let waited = 0; waited < 10; waited += 1) {
    expect(text()).not.toContain("message_stop");
    vi.advanceTimersByTime(1_000);
    await come(event("ping"));
  }
  vi.advanceTimersByTime(1_000);
  expect(await relayed).toMatchObject({ reason: "ok", repairs: ["message_stop"] });
  expect(text().endsWith(event("message_stop"))).toBe(true);
});

it("waits on while usage still comes behind the stop reason", async () => {
  const { relayed, come, text } = relaying("complete");
  for (let events = 0; events < 4; events += 1) {
    await come(STOPPED);
    vi.advanceTimersByTime(8_000);
  }
  expect(text()).not.toContain("message_stop");
  await come(event("message_stop"));
  vi.advanceTimersByTime(1_000);
  expect(await relayed).toMatchObject({ reason: "ok", repairs: [] });
});

it("is cut off by then where the lane's entry wants the last event", async () => {
  const { relayed, come } = relaying("error");
  await come(STOPPED);
  vi.advanceTimersByTime(11_000);
  vi.advanceTimersByTime(11_000);
  expect(await relayed).toMatchObject({ reason: "truncated" });
});
