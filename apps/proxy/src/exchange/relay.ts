import type { ServerResponse } from "node:http";
import type { StreamEnd, StreamReader, TokenExtractor } from "@ccp/token-extractors";
import { ANTHROPIC_LANE, type EndReason, type TokenUsage } from "@ccp/usage-contract";
import { connectionNames, eachHeader, mayGoDownstream } from "../http/header-rules.ts";
import type { BodySink, CallFailure, UpstreamCall } from "./upstream-call.ts";

/** Answers above this are passed on all the same; their usage is then estimated. */
const JSON_READ_BYTES = 8 * 1024 * 1024;
/** Between pings while an upstream has sent its head but no event yet. */
const PING_INTERVAL_MS = 15_000;

const PING = 'event: ping\ndata: {"type":"ping"}\n\n';
const MESSAGE_STOP = 'event: message_stop\ndata: {"type":"message_stop"}\n\n';

/** How an answer's body ended, and what it said of tokens. */
export interface Relayed {
  readonly reason: EndReason;
  readonly usage: TokenUsage | null;
  readonly usageInvalid: boolean;
  readonly failure: CallFailure | null;
  /** An `error` event passed inside the stream. */
  readonly streamError: StreamEnd["error"];
  /** Names of what was added to the bytes, e.g. a missing `message_stop`. */
  readonly repairs: readonly string[];
  readonly bytes: number;
}

export interface RelayInput {
  readonly call: UpstreamCall;
  readonly outgoing: ServerResponse;
  readonly status: number;
  readonly headers: readonly string[];
  readonly isStream: boolean;
  readonly extractor: TokenExtractor;
}

/**
 * Passes an answer on, chunk by chunk, and reads its usage from what has been written. Nothing is held back, decoded
 * or written anew; a slow client stops the upstream.
 */
export function relay(input: RelayInput): Promise<Relayed> {
  return input.isStream ? relayStream(input) : relayWhole(input);
}

/** The client's headers of an answer: the upstream's own, less what is not the client's, plus where it came from. */
export function downstreamHeaders(
  raw: readonly string[],
  laneId: string,
  isStream: boolean,
  own: Readonly<Record<string, string>>,
): string[] {
  const listed = connectionNames(raw);
  const headers: string[] = [];
  eachHeader(raw, (name, value, spelled) => {
    if (!mayGoDownstream(name, listed, laneId === ANTHROPIC_LANE)) return;
    // A stream may get an event more than its upstream sent.
    if (isStream && name === "content-length") return;
    if (!Object.hasOwn(own, name)) headers.push(spelled, value);
  });
  for (const [name, value] of Object.entries(own)) headers.push(name, value);
  return headers;
}

function relayWhole(input: RelayInput): Promise<Relayed> {
  const { call, outgoing, extractor } = input;
  const seen: Buffer[] = [];
  let seenBytes = 0;
  outgoing.writeHead(input.status, [...input.headers]);
  return new Promise((resolve) => {
    const finish = (reason: EndReason, failure: CallFailure | null): void => {
      const readable = seenBytes <= JSON_READ_BYTES && failure === null;
      const usage = readable ? extractor.fromJson(Buffer.concat(seen).toString("latin1")) : null;
      resolve({ ...NOTHING_RELAYED, reason, usage, failure, bytes: call.bodyBytes });
    };
    pump(call, outgoing, {
      data: (chunk) => {
        seenBytes += chunk.length;
        if (seenBytes <= JSON_READ_BYTES) seen.push(chunk);
      },
      end: () => {
        outgoing.end();
        finish("ok", null);
      },
      fail: (failure) => {
        outgoing.destroy();
        finish(endReason(failure), failure);
      },
    });
  });
}

function relayStream(input: RelayInput): Promise<Relayed> {
  const { call, outgoing, extractor } = input;
  const reader = extractor.openStream();
  outgoing.writeHead(input.status, [...input.headers]);
  // The head leaves with the first bytes in one write, unless there are none yet.
  const pings = call.held.length > 0 ? null : pingUntilFirstByte(call, outgoing);
  return new Promise((resolve) => {
    const finish = (ending: StreamEnding): void => {
      if (pings !== null) clearInterval(pings);
      resolve({ ...NOTHING_RELAYED, ...ending, bytes: call.bodyBytes });
    };
    pump(call, outgoing, {
      data: (chunk) => reader.push(chunk.toString("latin1")),
      end: () => finish(closeStream(reader, outgoing)),
      fail: (failure) => finish(breakStream(reader, outgoing, failure)),
    });
  });
}

type StreamEnding = Pick<
  Relayed,
  "reason" | "usage" | "usageInvalid" | "failure" | "streamError" | "repairs"
>;

const NOTHING_RELAYED: Relayed = {
  reason: "ok",
  usage: null,
  usageInvalid: false,
  failure: null,
  streamError: null,
  repairs: [],
  bytes: 0,
};

/** The upstream closed its stream: well, with the last event missing, or in the middle. */
function closeStream(reader: StreamReader, outgoing: ServerResponse): StreamEnding {
  const end = reader.end();
  const base = {
    usage: end.usage,
    usageInvalid: end.invalidUsage,
    failure: null,
    streamError: end.error,
    repairs: [],
  };
  switch (end.terminal) {
    case "message_stop":
    case "done":
      outgoing.end();
      return { ...base, reason: "ok" };
    case "error":
      outgoing.end();
      return { ...base, reason: "error" };
    case "message_delta":
      // The whole answer is there; without its last event a client asks for all of it again.
      outgoing.end(MESSAGE_STOP);
      return { ...base, reason: "ok", repairs: ["message_stop"] };
    case "none":
      if (!end.started) {
        outgoing.end();
        return { ...base, reason: "ok" };
      }
      endBroken(outgoing, "the upstream's stream ended early");
      return { ...base, reason: "truncated" };
    default:
      end.terminal satisfies never;
      throw new Error("unreachable");
  }
}

function breakStream(reader: StreamReader, outgoing: ServerResponse, failure: CallFailure): StreamEnding {
  const end = reader.end();
  const reason = endReason(failure);
  if (reason !== "client_closed") {
    endBroken(
      outgoing,
      reason === "stream_timeout" ? "the upstream went silent" : "the upstream's stream broke off",
    );
  }
  return {
    reason,
    usage: end.usage,
    usageInvalid: end.invalidUsage,
    failure,
    streamError: end.error,
    repairs: [],
  };
}

/** Tells the client in words and by a broken connection: a clean end would pass for a whole answer. */
function endBroken(outgoing: ServerResponse, message: string): void {
  const data = JSON.stringify({ type: "error", error: { type: "api_error", message } });
  outgoing.write(`event: error\ndata: ${data}\n\n`, () => outgoing.destroy());
}

function endReason(failure: CallFailure): EndReason {
  switch (failure.kind) {
    case "aborted":
      return "client_closed";
    case "idle_timeout":
      return "stream_timeout";
    default:
      return "truncated";
  }
}

function pingUntilFirstByte(call: UpstreamCall, outgoing: ServerResponse): NodeJS.Timeout {
  outgoing.flushHeaders();
  const timer = setInterval(() => {
    if (call.firstByteAtMs === null) outgoing.write(PING);
    else clearInterval(timer);
  }, PING_INTERVAL_MS);
  return timer;
}

/** Writes first and looks afterwards: reading usage must not delay the bytes. */
function pump(
  call: UpstreamCall,
  outgoing: ServerResponse,
  tap: { data(chunk: Buffer): void; end(): void; fail(failure: CallFailure): void },
): void {
  const resume = (): void => call.resume();
  const sink: BodySink = {
    data(chunk) {
      const room = outgoing.write(chunk);
      if (!room) outgoing.once("drain", resume);
      tap.data(chunk);
      return room;
    },
    end: () => tap.end(),
    fail: (failure) => tap.fail(failure),
  };
  call.attach(sink);
}
