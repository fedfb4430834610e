import fc from "fast-check";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { openPeek, peekStream, type StreamPeek } from "./peek-stream.ts";

const INCOMPLETE: StreamPeek = { kind: "incomplete" };
const event = (name: string): StreamPeek => ({ kind: "event", name });
const error = (data: string): StreamPeek => ({ kind: "error", data });
const ERROR = '{"type":"error","error":{"type":"overloaded_error"}}';

it.each<[text: string, peek: StreamPeek]>([
  ["", INCOMPLETE],
  [": keep-alive\n\n\n\n", INCOMPLETE],
  ['event: ping\ndata: {"type":"ping"}\n\n', INCOMPLETE],
  ['data: {"type":"ping"}\n\n', INCOMPLETE],
  ["event: message_start\n\n", INCOMPLETE],
  ["event: message_start\ndata: {}\n", INCOMPLETE],
  ["event: message_start\ndata: {}\n\n", event("message_start")],
  ["event:message_start\r\ndata:{}\r\n\r\n", event("message_start")],
  ["event: message_start\rdata: {}\r\r", event("message_start")],
  [
    ": hi\n\nevent: ping\ndata: {}\n\nevent: message_start\ndata: {}\n\nevent: error\ndata: {}\n\n",
    event("message_start"),
  ],
  ["\uFEFFevent: a\ndata: {}\n\n", event("a")],
  ["\u00EF\u00BB\u00BFevent: a\ndata: {}\n\n", event("a")],
  ['data: {"type":"response.created"}\n\n', event("response.created")],
  ['data: {"choices":[]}\n\n', event("message")],
  ["data: [DONE]\n\n", event("message")],
  ["id: 1\nretry: 5\nevents: x\ndata\n\n", event("message")],
  [`event: error\ndata: ${ERROR}\n\n`, error(ERROR)],
  [`event: ping\ndata: {}\n\nevent: error\ndata: ${ERROR}\n\n`, error(ERROR)],
  ["event: error\ndata: Overloaded\n\n", error("Overloaded")],
  ["event: error\ndata: a\ndata: b\n\n", error("a\nb")],
  [`data: ${ERROR}\n\n`, error(ERROR)],
  ['data: {"error":{"message":"no"}}\n\n', error('{"error":{"message":"no"}}')],
  ['data: {"error":"no"}\n\n', error('{"error":"no"}')],
  ['data: {"error":null,"type":"x"}\n\n', event("x")],
  ['event: content_block_start\ndata: {"input":{"error":{}}}\n\n', event("content_block_start")],
  [` ${ERROR}\n`, error(ERROR)],
  [ERROR.slice(0, 20), INCOMPLETE],
  ['{"code":500,"success":false}', error('{"code":500,"success":false}')],
  ['{"type":"message"}', INCOMPLETE],
])("%j", (text, peek) => {
  expect(peekStream(text)).toEqual(peek);
});

it("never takes back what it saw, and never throws", () => {
  const line = fc.constantFrom(
    ": c",
    "event: ping",
    "event: error",
    "event: a",
    "data: {}",
    "data: x",
    "",
    "{",
  );
  fc.assert(
    fc.property(fc.array(line), fc.string({ unit: "binary" }), (lines, rest) => {
      const text = lines.map((each) => `${each}\n`).join("");
      const before = peekStream(text);
      if (before.kind !== "incomplete") expect(peekStream(text + rest)).toEqual(before);
      peekStream(rest);
    }),
  );
});

const OPENING =
  "event: message_start\ndata: {}\n\nevent: ping\ndata: {}\n\nevent: content_block_start\ndata: {}\n\n";

it.each<[rest: string, peek: StreamPeek]>([
  ["", INCOMPLETE],
  ["event: content_block_stop\ndata: {}\n\n", INCOMPLETE],
  ["event: content_block_delta\ndata: {}\n\n", event("content_block_delta")],
  ["event: message_delta\ndata: {}\n\n", event("message_delta")],
  [`event: error\ndata: ${ERROR}\n\n`, error(ERROR)],
  [`event: content_block_delta\ndata: {}\n\nevent: error\ndata: ${ERROR}\n\n`, event("content_block_delta")],
])("seeks the first content: %j", (rest, peek) => {
  expect(peekStream(OPENING + rest, "content")).toEqual(peek);
});

describe("a stream that comes in pieces", () => {
  const line = fc.constantFrom("data: {}", "event: ping", "event: a", "event: error", ": c", "", "data: x");
  const lineEnd = fc.constantFrom("\n", "\r\n", "\r");
  const text = fc
    .array(fc.tuple(line, lineEnd).map((parts) => parts.join("")))
    .map((lines) => lines.join(""));

  it("shows what it shows in one piece, however it is cut", () => {
    fc.assert(
      fc.property(text, fc.array(fc.nat(60)), fc.boolean(), (whole, marks, hasEnded) => {
        const at = [0, ...marks.filter((mark) => mark < whole.length).sort((a, b) => a - b), whole.length];
        const reader = openPeek("event");
        for (const [index, to] of at.slice(1).entries()) reader.push(whole.slice(at[index], to));
        expect(reader.end(hasEnded)).toEqual(peekStream(hasEnded ? `${whole}\n\n` : whole));
      }),
    );
  });

  it.each([
    ["events", [OPENING, "event: content_block_delta\ndata: {}\n", "\n"], event("content_block_delta")],
    ["an error", ["event: err", `or\ndata: ${ERROR}\n`, "\n"], error(ERROR)],
    ["a bare error", [" {", ERROR.slice(1, 20), `${ERROR.slice(20)}\n`], error(ERROR)],
    ["CRLF cut between its two", ["event: a\r\ndata: {}\r\n\r", "\n"], event("a")],
  ])("is known with the piece that tells it: %s", (_, pieces, peek) => {
    const reader = openPeek("content");
    const seen = pieces.map((piece) => reader.push(piece));
    expect(seen.at(-1)).toEqual(peek);
    if (pieces.length > 2) expect(seen.slice(0, -1).every(({ kind }) => kind === "incomplete")).toBe(true);
  });

  it.each([
    ["comments", ":\n"],
    ["comments and blank lines", ":\n\n"],
    ["pings", "event: ping\ndata: {}\n\n"],
    ["one line", "x"],
    ["bare JSON", '{"error":[{}'],
  ])("is not looked at anew for each piece: %s", (_, piece) => {
    const reader = openPeek("event");
    const exec = vi.spyOn(RegExp.prototype, "exec");
    onTestFinished(() => exec.mockRestore());
    for (let count = 0; count < 2_000; count += 1) reader.push(piece);
    expect(exec.mock.calls.reduce((sum, [text]) => sum + text.length, 0)).toBeLessThan(
      2_000 * piece.length * 20,
    );
    expect(reader.end(false)).toEqual(INCOMPLETE);
  });
});
