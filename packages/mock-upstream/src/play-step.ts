import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import type { Exchange } from "./exchange.ts";
import {
  buildMessage,
  type MessageContext,
  type MockDialect,
  messageEvents,
  messageJson,
} from "./message.ts";
import type { CutHow, Delivery, HeaderRecord, Reply, Step, StreamStyle } from "./step.ts";

export interface PlayContext extends MessageContext {
  readonly dialect: MockDialect;
  readonly stream: boolean;
  /** Headers of every answer, e.g. the request id. */
  readonly commonHeaders: HeaderRecord;
}

interface Body {
  readonly status: number;
  readonly headers: HeaderRecord;
  readonly parts: readonly Uint8Array[];
  /** Events, so: chunked, and each part counts as an event. */
  readonly streamed: boolean;
  readonly delayMs: number;
  readonly ttftMs: number;
}

const RESET_DELAY_MS = 20;

const compressors = {
  gzip: gzipSync,
  br: brotliCompressSync,
  zstd: zstdCompressSync,
  deflate: deflateSync,
} as const;

/** Cuts an event stream behind each blank line; a last event without one stays a part of its own. */
export function splitEvents(body: Uint8Array): Uint8Array[] {
  const text = Buffer.from(body).toString("latin1");
  const parts = text.match(/[\s\S]*?(?:\r\n\r\n|\n\n|\r\r)|[\s\S]+$/g) ?? [];
  return parts.map((part) => Buffer.from(part, "latin1"));
}

function replyBody(reply: Reply, context: PlayContext): Body {
  const message = buildMessage(reply, context);
  const type = context.stream ? "text/event-stream; charset=utf-8" : "application/json";
  const parts = context.stream
    ? messageEvents(message, context.dialect, reply.chunks)
    : [JSON.stringify(messageJson(message, context.dialect))];
  return {
    status: 200,
    headers: { ...context.commonHeaders, "content-type": type, ...reply.headers },
    parts: parts.map((part) => Buffer.from(part)),
    streamed: context.stream,
    delayMs: reply.delayMs ?? 0,
    ttftMs: reply.ttftMs ?? 0,
  };
}

function bodyOf(step: Step, context: PlayContext): Body | null {
  const { answer } = step;
  if (answer.kind === "reply") return replyBody(answer.reply, context);
  if (answer.kind !== "fixed") return null;
  const streamed = String(answer.headers["content-type"] ?? "").startsWith("text/event-stream");
  return {
    status: answer.status,
    headers: { ...context.commonHeaders, ...answer.headers },
    parts: streamed ? splitEvents(answer.body) : [answer.body],
    streamed,
    delayMs: 0,
    ttftMs: 0,
  };
}

/** What is left of the parts when the body stops after a number of events or bytes. */
export function limitParts(parts: readonly Uint8Array[], limit: Delivery["limit"]): readonly Uint8Array[] {
  if (limit === undefined) return parts;
  if (limit.unit === "events") return parts.slice(0, limit.count);
  const kept: Uint8Array[] = [];
  let left = limit.count;
  for (const part of parts) {
    if (left <= 0) break;
    kept.push(part.subarray(0, left));
    left -= part.length;
  }
  return kept;
}

function sliced(part: Uint8Array, size: number): Uint8Array[] {
  const slices: Uint8Array[] = [];
  for (let at = 0; at < part.length; at += size) slices.push(part.subarray(at, at + size));
  return slices;
}

async function sendParts(exchange: Exchange, body: Body, delivery: Delivery): Promise<boolean> {
  const parts = limitParts(body.parts, delivery.limit);
  const size = delivery.chunkBytes;
  // One write for all, unless somebody asked to see the joints: a thousand instant streams stay cheap.
  if (size === undefined && body.delayMs === 0) {
    if (body.ttftMs > 0 && !(await exchange.sleep(body.ttftMs))) return false;
    exchange.record.sent(parts.length, body.parts.length);
    return parts.length === 0 || exchange.write(Buffer.concat(parts), delivery.limit !== undefined);
  }
  for (const [index, part] of parts.entries()) {
    if (!(await exchange.sleep(index === 0 ? body.ttftMs : body.delayMs))) return false;
    exchange.record.sent(index + 1, body.parts.length);
    for (const slice of size === undefined ? [part] : sliced(part, size)) {
      if (!(await exchange.write(slice, size !== undefined))) return false;
    }
  }
  return true;
}

function writeHead(exchange: Exchange, body: Body, delivery: Delivery): void {
  const { response } = exchange;
  for (const [name, value] of Object.entries(body.headers)) {
    response.setHeader(name, typeof value === "string" ? value : [...value]);
  }
  if (delivery.encoding !== undefined) response.setHeader("content-encoding", delivery.encoding);
  if (delivery.framing === "close") {
    response.useChunkedEncodingByDefault = false;
  } else if (!body.streamed && !response.hasHeader("content-length")) {
    const bytes = body.parts.reduce((sum, part) => sum + part.length, 0);
    response.setHeader("content-length", bytes);
  }
  response.writeHead(body.status);
  // A streaming vendor commits its headers before the first event; so does this.
  if (body.streamed) response.flushHeaders();
}

/** The same events in another spelling. The mock's own events hold no carriage return, so nothing else changes. */
export function restyle(parts: readonly Uint8Array[], style: StreamStyle): Uint8Array[] {
  const { lineEnd = "\n", space = true, before = "", finalBlankLine = true } = style;
  return parts.map((part, index) => {
    let text = Buffer.from(part).toString("utf8");
    if (!space) text = text.replace(/^(event|data): /gm, "$1:");
    if (!finalBlankLine && index === parts.length - 1) text = text.replace(/\n+$/, "");
    return Buffer.from((before + text).replaceAll("\n", lineEnd));
  });
}

/** Applies what changes bytes: spelling first, then compression of the whole. */
function transformed(plain: Body, { style, encoding }: Delivery): Body {
  const parts = style === undefined || !plain.streamed ? plain.parts : restyle(plain.parts, style);
  return { ...plain, parts: encoding === undefined ? parts : [compressors[encoding](Buffer.concat(parts))] };
}

async function sendBody(exchange: Exchange, plain: Body, delivery: Delivery): Promise<void> {
  const body = transformed(plain, delivery);
  if (!(await exchange.sleep(delivery.headerDelayMs ?? 0))) return;
  writeHead(exchange, body, delivery);
  if (exchange.record.method === "HEAD") {
    exchange.response.end();
    return;
  }
  // Headers leave with the first write; with nothing to write they must leave before the cut.
  if (delivery.limit !== undefined) exchange.response.flushHeaders();
  if (!(await sendParts(exchange, body, delivery))) return;
  await finish(exchange, delivery.limit);
}

async function finish(exchange: Exchange, limit: Delivery["limit"]): Promise<void> {
  if (limit?.trailer !== undefined && !(await exchange.write(limit.trailer))) return;
  if (limit === undefined || limit.ending === "end") exchange.response.end();
  else if (limit.ending === "stall") await exchange.untilGone();
  else await cutAfterSending(exchange, limit.ending);
}

async function cutAfterSending(exchange: Exchange, how: CutHow): Promise<void> {
  // A reset may throw away what the other side has received but not read yet.
  if (how === "rst" && !(await exchange.sleep(RESET_DELAY_MS))) return;
  exchange.cut(how);
}

/** Plays one step on one exchange. Resolves when it is sent, cut, or the client has left. */
export async function playStep(step: Step, exchange: Exchange, context: PlayContext): Promise<void> {
  const { answer, delivery } = step;
  const body = bodyOf(step, context);
  if (body !== null) return sendBody(exchange, body, delivery);
  if (!(await exchange.sleep(delivery.headerDelayMs ?? 0))) return;
  if (answer.kind === "reset") exchange.cut("rst");
  else if (answer.kind === "raw") await exchange.writeRaw(answer.bytes, answer.ending);
  else await exchange.untilGone();
}
