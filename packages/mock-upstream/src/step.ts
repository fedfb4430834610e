/** How a connection is broken: `fin` closes it in order, `rst` resets it. */
export type CutHow = "fin" | "rst";

export type HeaderRecord = Readonly<Record<string, string | readonly string[]>>;

/** Token numbers of one answer. Classes that are left out are worked out from the body and the reply. */
export interface MockUsage {
  /** Uncached input; excludes both cache classes. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheCreationTokens: number;
  readonly cacheReadTokens: number;
}

export type ReplyBlock =
  | { readonly type: "text"; readonly text: string }
  /** Without a signature the mock mints its own, `sig-<lane>-…`. */
  | { readonly type: "thinking"; readonly thinking: string; readonly signature?: string }
  | { readonly type: "redacted_thinking"; readonly data?: string }
  | { readonly type: "tool_use"; readonly name: string; readonly input: unknown; readonly id?: string };

/** A served answer. Sent as JSON or as a stream, as the request asked. */
export interface Reply {
  /** Text of the only block, unless `blocks` says more. Default: `ok from <lane>`. */
  readonly text?: string;
  readonly blocks?: readonly ReplyBlock[];
  readonly usage?: Partial<MockUsage>;
  /** `usage` objects put on the wire as they are: at the start of a stream, and at its end (and in JSON). */
  readonly wireUsage?: { readonly start?: unknown; readonly end?: unknown };
  /** Model named in the answer. Default: the one asked for. */
  readonly model?: string;
  /** Default: `tool_use` if a block calls a tool, else `end_turn`. */
  readonly stopReason?: string;
  /** Deltas per block on a stream. Default 4. */
  readonly chunks?: number;
  /** Pause before each event after the first, ms. Default 0: all events leave in one write. */
  readonly delayMs?: number;
  /** Pause between the headers and the first event, ms. Default 0. */
  readonly ttftMs?: number;
  readonly headers?: HeaderRecord;
}

export type Answer =
  | { readonly kind: "reply"; readonly reply: Reply }
  | {
      readonly kind: "fixed";
      readonly status: number;
      readonly headers: HeaderRecord;
      readonly body: Uint8Array;
    }
  /** Bytes put on the socket as they are, status line included. */
  | { readonly kind: "raw"; readonly bytes: Uint8Array; readonly ending: CutHow | "open" }
  | { readonly kind: "hang" }
  | { readonly kind: "reset" };

/** Ways to write the same events that readers must all take. */
export interface StreamStyle {
  /** Default `\n`. */
  readonly lineEnd?: "\n" | "\r\n" | "\r";
  /** `false`: `data:{…}` without a blank. Default `true`. */
  readonly space?: boolean;
  /** Put in front of each event, e.g. `: keep-alive\n\n`. */
  readonly before?: string;
  /** `false`: the last event lacks its blank line. Default `true`. */
  readonly finalBlankLine?: boolean;
}

/** How an answer travels. Several modifiers may be put on one step. */
export interface Delivery {
  readonly headerDelayMs?: number;
  /** Write size; each write waits until the one before has left. */
  readonly chunkBytes?: number;
  /** After this much of the body the connection is cut or goes silent. A body without events counts as one. */
  readonly limit?: {
    readonly unit: "events" | "bytes";
    readonly count: number;
    readonly ending: CutHow | "stall" | "end";
    /** Sent before the ending. */
    readonly trailer?: string;
  };
  /** Spelling of an event stream; the events stay the same. */
  readonly style?: StreamStyle;
  readonly encoding?: "gzip" | "br" | "zstd" | "deflate";
  /** `close`: no content-length and no chunks; the end of the connection ends the body. */
  readonly framing?: "close";
}

/** One scripted answer: plain data, so that a test can print or compare it. */
export interface Step {
  readonly answer: Answer;
  readonly delivery: Delivery;
}

function bytesOf(body: string | Uint8Array | object): Uint8Array {
  if (body instanceof Uint8Array) return body;
  return Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
}

function errorEvent(type: string, message: string): string {
  return `event: error\ndata: ${JSON.stringify({ type: "error", error: { type, message } })}\n\n`;
}

function withDelivery(step: Step, delivery: Delivery): Step {
  return { answer: step.answer, delivery: { ...step.delivery, ...delivery } };
}

/** Serves a message: JSON, or a stream when the request says `"stream": true`. */
export function reply(options: Reply = {}): Step {
  return { answer: { kind: "reply", reply: options }, delivery: {} };
}

/** Any status and body. An object body is sent as JSON. Content type: JSON unless `headers` say otherwise. */
export function status(
  code: number,
  body: string | Uint8Array | object = "",
  headers: HeaderRecord = {},
): Step {
  return {
    answer: {
      kind: "fixed",
      status: code,
      headers: { "content-type": "application/json", ...headers },
      body: bytesOf(body),
    },
    delivery: {},
  };
}

/** A 200 stream whose body is exactly this text: for event sequences that no vendor should send. */
export function sse(body: string | Uint8Array, headers: HeaderRecord = {}): Step {
  return status(200, body, { "content-type": "text/event-stream; charset=utf-8", ...headers });
}

/** A 200 stream that begins (and ends) with `event: error`. */
export function errorFirst(type: string, message: string, headers: HeaderRecord = {}): Step {
  return sse(errorEvent(type, message), headers);
}

/** A redirect, which no upstream of this kind should send and no gateway should follow. */
export function redirect(location: string, code = 302): Step {
  return status(code, "", { location });
}

/** An error page as load balancers write it. */
export function html(code = 502): Step {
  const page = `<html><head><title>${code}</title></head><body><h1>${code}</h1></body></html>`;
  return status(code, page, { "content-type": "text/html" });
}

/** Accepts the request and never answers. */
export function hang(): Step {
  return { answer: { kind: "hang" }, delivery: {} };
}

/** Resets the connection before any byte of an answer. */
export function resetBeforeHeaders(): Step {
  return { answer: { kind: "reset" }, delivery: {} };
}

/** Puts bytes on the socket as they are: odd status lines, interim answers, broken framing. */
export function raw(bytes: string | Uint8Array, ending: CutHow | "open" = "fin"): Step {
  return { answer: { kind: "raw", bytes: bytesOf(bytes), ending }, delivery: {} };
}

/**
 * Cuts the connection after `count` events of the stream (0: right after the headers). A reset follows 20 ms after
 * the last event: it could otherwise overtake it.
 */
export function cutAfterEvents(count: number, how: CutHow = "fin", step: Step = reply()): Step {
  return withDelivery(step, { limit: { unit: "events", count, ending: how } });
}

/** Cuts the connection after `count` bytes of the body, wherever that falls. */
export function cutAfterBytes(count: number, how: CutHow = "fin", step: Step = reply()): Step {
  return withDelivery(step, { limit: { unit: "bytes", count, ending: how } });
}

/** Sends an `event: error` after `count` events and ends the stream. */
export function errorAfterEvents(count: number, type: string, message: string, step: Step = reply()): Step {
  return withDelivery(step, {
    limit: { unit: "events", count, ending: "end", trailer: errorEvent(type, message) },
  });
}

/** Writes the events of a stream another way: other line ends, comments between them, no last blank line. */
export function styled(style: StreamStyle, step: Step = reply()): Step {
  return withDelivery(step, { style });
}

/** Goes silent after `count` events until the client leaves or the mock closes. */
export function stallAfterEvents(count: number, step: Step = reply()): Step {
  return withDelivery(step, { limit: { unit: "events", count, ending: "stall" } });
}

/** Sends the body in writes of `size` bytes. */
export function chunkBytes(size: number, step: Step = reply()): Step {
  if (!Number.isInteger(size) || size < 1)
    throw new RangeError(`chunkBytes: expected 1 or more, got ${size}`);
  return withDelivery(step, { chunkBytes: size });
}

/** Waits `ms` before the status line. */
export function slowHeaders(ms: number, step: Step = reply()): Step {
  return withDelivery(step, { headerDelayMs: ms });
}

/** Compresses the body whatever the request accepts. */
export function compressed(encoding: "gzip" | "br" | "zstd" | "deflate", step: Step): Step {
  return withDelivery(step, { encoding });
}

/** Sends the body with no length and no chunks: only the end of the connection ends it. */
export function closeDelimited(step: Step = reply()): Step {
  return withDelivery(step, { framing: "close" });
}
