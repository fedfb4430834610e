import { brotliCompressSync, gzipSync, zstdCompressSync } from "node:zlib";
import { FIXTURES_DIR, fixture } from "../../packages/mock-upstream/src/index.ts";
import type { Encoding, UpstreamStep } from "./fuzz-case.ts";

export const FIXTURES = FIXTURES_DIR;

/** A step as the bytes that go on the wire, and what a reader of them should end up with. */
export interface BuiltAnswer {
  readonly status: number;
  readonly encoding: Encoding;
  /** The body without framing, encoded as it is sent. */
  readonly body: Buffer;
  /** The same without its encoding. */
  readonly plainBody: Buffer;
  /** All bytes, up to the cut. */
  readonly wire: Buffer;
  /** How much of the body stands before the cut. */
  readonly sentBody: Buffer;
  readonly headSent: boolean;
  /** The frame of the body was ended: a reader can know that it has all of it. */
  readonly complete: boolean;
}

export function buildAnswer(step: UpstreamStep, stepId: string): BuiltAnswer {
  const plain = plainAnswer(step.body);
  const body = encode(plain.body, step.encoding);
  const hasBody = plain.status !== 204;
  const head = Buffer.from(headText(step, plain, hasBody ? body.length : 0, stepId), "latin1");
  const { bytes, bodyEnds } = hasBody ? frame(step, body) : NO_BODY;
  const whole = Buffer.concat([head, bytes]);
  const cut = step.cutShare === null ? whole.length : Math.floor(whole.length * step.cutShare);
  const wire = whole.subarray(0, cut);
  return {
    status: plain.status,
    encoding: step.encoding,
    body: hasBody ? body : Buffer.alloc(0),
    plainBody: hasBody ? plain.body : Buffer.alloc(0),
    wire,
    sentBody: body.subarray(0, bodyEnds(Math.max(0, cut - head.length))),
    headSent: cut >= head.length,
    complete: cut === whole.length,
  };
}

interface Plain {
  readonly status: number;
  readonly type: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
}

function plainAnswer(body: UpstreamStep["body"]): Plain {
  switch (body.kind) {
    case "fixture":
      return fixtureAnswer(body.path);
    case "text":
      return { status: body.status, type: body.type, headers: [], body: Buffer.from(body.text) };
    case "stream":
      return { status: 200, type: "text/event-stream", headers: [], body: Buffer.from(streamText(body)) };
    case "message":
      return {
        status: 200,
        type: "application/json",
        headers: [],
        body: Buffer.from(messageText(body.bytes)),
      };
    default:
      body satisfies never;
      throw new Error("unknown body");
  }
}

function fixtureAnswer(path: string): Plain {
  const { answer } = fixture(path);
  if (answer.kind !== "fixed") throw new Error(`${path} is no fixed answer`);
  const headers = Object.entries(answer.headers).flatMap(([name, value]) =>
    (typeof value === "string" ? [value] : [...value]).map((each) => [name, each] as const),
  );
  return {
    status: answer.status,
    type: headers.find(([name]) => name === "content-type")?.[1] ?? "",
    headers: headers.filter(
      ([name]) => !/^(content-type|content-length|transfer-encoding|connection)$/.test(name),
    ),
    body: Buffer.from(answer.body),
  };
}

function event(name: string, data: object): string {
  return `event: ${name}\ndata: ${JSON.stringify({ type: name, ...data })}\n\n`;
}

export function streamText({ deltas, bytes }: { deltas: number; bytes: number }): string {
  const usage = { input_tokens: 7, output_tokens: 1 };
  const text = "é".repeat(Math.ceil(bytes / 2));
  return [
    event("message_start", {
      message: { id: "msg_1", type: "message", role: "assistant", content: [], usage },
    }),
    event("content_block_start", { index: 0, content_block: { type: "text", text: "" } }),
    ...Array.from({ length: deltas }, (_, at) =>
      event("content_block_delta", { index: 0, delta: { text, at } }),
    ),
    event("content_block_stop", { index: 0 }),
    event("message_delta", { delta: { stop_reason: "end_turn" }, usage: { output_tokens: 5 } }),
    event("message_stop", {}),
  ].join("");
}

function messageText(bytes: number): string {
  const content = [{ type: "text", text: "m".repeat(bytes) }];
  const usage = { input_tokens: 7, output_tokens: 5 };
  return JSON.stringify({ id: "msg_1", type: "message", role: "assistant", content, usage });
}

function encode(body: Buffer, encoding: Encoding): Buffer {
  switch (encoding) {
    case "gzip":
      return gzipSync(body);
    case "br":
      return brotliCompressSync(body);
    case "zstd":
      return zstdCompressSync(body);
    default:
      return body;
  }
}

function headText(step: UpstreamStep, plain: Plain, bodyBytes: number, stepId: string): string {
  const framing =
    step.framing === "length"
      ? [`content-length: ${bodyBytes}`]
      : step.framing === "chunked" && plain.status !== 204
        ? ["transfer-encoding: chunked"]
        : [];
  // A header of the step may stand in for the type; two types would be one too many.
  const typed = step.headers.some(([name]) => name === "content-type") ? [] : [`content-type: ${plain.type}`];
  return [
    `HTTP/1.1 ${plain.status} Some Words`,
    ...typed,
    `x-step: ${stepId}`,
    ...(step.encoding === "none" ? [] : [`content-encoding: ${step.encoding}`]),
    ...[...plain.headers, ...step.headers].map(([name, value]) => `${name}: ${value}`),
    ...framing,
    "",
    "",
  ].join("\r\n");
}

interface Framed {
  readonly bytes: Buffer;
  /** How many bytes of the body stand in this many bytes of the frame. */
  readonly bodyEnds: (framedBytes: number) => number;
}

const CHUNK = 700;
const NO_BODY: Framed = { bytes: Buffer.alloc(0), bodyEnds: () => 0 };

function frame(step: UpstreamStep, body: Buffer): Framed {
  if (step.framing !== "chunked" || body.length === 0) {
    const end = step.framing === "chunked" ? Buffer.from("0\r\n\r\n") : Buffer.alloc(0);
    return { bytes: Buffer.concat([body, end]), bodyEnds: (bytes) => Math.min(bytes, body.length) };
  }
  const parts: Buffer[] = [];
  const marks: { framedAt: number; bodyAt: number; length: number }[] = [];
  let framedAt = 0;
  for (let at = 0; at < body.length; at += CHUNK) {
    const piece = body.subarray(at, at + CHUNK);
    const size = Buffer.from(`${piece.length.toString(16)}\r\n`);
    parts.push(size, piece, Buffer.from("\r\n"));
    marks.push({ framedAt: framedAt + size.length, bodyAt: at, length: piece.length });
    framedAt += size.length + piece.length + 2;
  }
  parts.push(Buffer.from("0\r\n\r\n"));
  const bodyEnds = (bytes: number): number =>
    marks.reduce((sent, mark) => sent + Math.max(0, Math.min(bytes - mark.framedAt, mark.length)), 0);
  return { bytes: Buffer.concat(parts), bodyEnds };
}
