import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Span } from "../bytes/pieces.ts";
import { readString } from "../bytes/read-text.ts";
import { bytes, chop, cuts } from "../testing/bytes.ts";
import { type Fields, request } from "../testing/conversation.ts";
import { writeJson } from "../testing/write-json.ts";
import type { Block, Body } from "./body.ts";
import { readBody } from "./read-body.ts";
import { writeBody } from "./write-body.ts";

const seed = fc.nat();

/** Anything that JSON can hold where a conversation is expected. */
const oddRequest: fc.Arbitrary<Fields> = fc.record(
  {
    messages: fc.oneof(
      fc.jsonValue(),
      fc.array(
        fc.oneof(
          fc.jsonValue(),
          fc.record(
            { role: fc.jsonValue(), content: fc.oneof(fc.jsonValue(), fc.array(fc.jsonValue())) },
            { requiredKeys: [] },
          ),
        ),
      ),
    ),
    messagez: fc.jsonValue(),
  },
  { requiredKeys: [] },
);

function read(chunks: readonly Uint8Array[]): Body {
  const reading = readBody(chunks);
  if (!reading.success) throw new Error(reading.issue);
  return reading.body;
}

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Compares all that was read with what `JSON.parse` makes of the same bytes. */
function compare(source: string, body: Body): void {
  const whole = bytes(source);
  const parsed: Fields = JSON.parse(source);
  const at = ({ start, end }: Span): unknown =>
    JSON.parse(new TextDecoder().decode(whole.subarray(start, end)));
  const textAt = (span: Span | null): unknown => (span === null ? undefined : at(span));

  const members = body.members.map(({ name, value }) => [name, textAt(value)]);
  expect(Object.fromEntries(members)).toEqual(parsed);
  expect(body.messages === null).toBe(!Array.isArray(parsed.messages));
  const messages = Array.isArray(parsed.messages) ? parsed.messages : [];
  expect((body.messages ?? []).map(at)).toEqual(messages);

  body.messages?.forEach((message, i) => {
    const expected: unknown = messages[i];
    const fields = isFields(expected) ? expected : {};
    expect(message.role).toBe(typeof fields.role === "string" ? fields.role : null);
    expect(Object.fromEntries(message.members.map(({ name, value }) => [name, textAt(value)]))).toEqual(
      fields,
    );
    const { content } = fields;
    expect(textAt(message.text)).toBe(typeof content === "string" ? content : undefined);
    expect(message.blocks?.map(at)).toEqual(Array.isArray(content) ? content : undefined);
    for (const block of message.blocks ?? []) compareBlock(block, at(block), body);
  });
}

function compareBlock(block: Block, expected: unknown, { view }: Body): void {
  const fields = isFields(expected) ? expected : {};
  const { type } = fields;
  const text = (span: Span | null): unknown => (span === null ? null : readString(view, span));
  const stringOf = (value: unknown): string | null => (typeof value === "string" ? value : null);
  expect(block.type).toBe(stringOf(type));
  if (type === "tool_use" || type === "server_tool_use") expect(block.id).toBe(stringOf(fields.id));
  else if (type === "tool_result") expect(block.id).toBe(stringOf(fields.tool_use_id));
  const seal = type === "thinking" ? fields.signature : type === "redacted_thinking" ? fields.data : null;
  expect(text(block.seal)).toBe(stringOf(seal));
}

describe("readBody against JSON.parse", () => {
  it("finds each message and block of any conversation, however it is written and cut", () => {
    fc.assert(
      fc.property(request, seed, cuts, (conversation, n, at) => {
        const source = writeJson(conversation, n);
        compare(source, read(chop(bytes(source), at)));
      }),
      { numRuns: 400 },
    );
  });

  it("takes anything where a conversation is expected", () => {
    fc.assert(
      fc.property(oddRequest, seed, cuts, (odd, n, at) => {
        const source = writeJson(odd, n);
        compare(source, read(chop(bytes(source), at)));
      }),
      { numRuns: 600 },
    );
  });

  it("reads the same from single bytes, and writes what it read", () => {
    fc.assert(
      fc.property(request, seed, (conversation, n) => {
        const whole = bytes(writeJson(conversation, n));
        const single = read(Array.from(whole, (byte) => Uint8Array.of(byte)));
        const { view: _, ...body } = read([whole]);
        expect(single).toMatchObject(body);
        expect(writeBody({ ...body, view: single.view })).toEqual(
          Array.from(whole, (byte) => [byte]).map((b) => Uint8Array.from(b)),
        );
      }),
      { numRuns: 100 },
    );
  });

  it("never throws, whatever the bytes", () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.tuple(request, seed, fc.nat(), fc.nat(255)).map(([conversation, n, at, byte]) => {
        const whole = bytes(writeJson(conversation, n));
        whole[at % whole.length] = byte;
        return whole;
      }),
      fc.tuple(request, seed, fc.nat()).map(([conversation, n, at]) => {
        const whole = bytes(writeJson(conversation, n));
        return whole.subarray(0, at % whole.length);
      }),
    );
    fc.assert(
      fc.property(noise, (whole) => {
        const reading = readBody([whole]);
        if (reading.success) expect(writeBody(reading.body)).toEqual(whole.length > 0 ? [whole] : []);
        else expect(reading.issue).toMatch(/^(not_json|too_deep|too_many|duplicate_key)$/);
      }),
      { numRuns: 800 },
    );
  });
});
