import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { replaceModel } from "./replace-model.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const join = (chunks: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(chunks.flatMap((chunk) => [...chunk]));
const text = (chunks: readonly Uint8Array[]): string => new TextDecoder().decode(join(chunks));
/** The bytes in `count + 1` or fewer chunks, cut at any places; chunks may be empty. */
const chop = (body: Uint8Array, cuts: readonly number[]): Uint8Array[] => {
  const at = [0, ...cuts.map((cut) => cut % (body.length + 1)), body.length].sort((a, b) => a - b);
  return at.slice(1).map((end, i) => body.slice(at[i], end));
};

describe("replaceModel", () => {
  it("repeats the documented example", () => {
    const body = [bytes('{"model":"claude-haiku-4-5","max_tokens":1}')];
    expect(text(replaceModel(body, { start: 9, end: 27 }, "glm-4.7"))).toBe(
      '{"model":"glm-4.7","max_tokens":1}',
    );
    expect(text(body)).toBe('{"model":"claude-haiku-4-5","max_tokens":1}');
  });

  it("gives back chunks it need not touch as they are, and views of the others", () => {
    const chunks = [bytes('{"x":1,'), bytes('"model":"a'), bytes("b"), bytes('c","y'), bytes('":2}')];
    const replaced = replaceModel(chunks, { start: 15, end: 20 }, "new");
    expect(replaced.map((chunk) => text([chunk]))).toEqual(['{"x":1,', '"model":', '"new"', ',"y', '":2}']);
    expect(replaced[0]).toBe(chunks[0]);
    expect(replaced[4]).toBe(chunks[4]);
    expect(replaced[1]?.buffer).toBe(chunks[1]?.buffer);
    expect(replaced[3]?.buffer).toBe(chunks[3]?.buffer);
  });

  it.each([
    ["é", '"\\u00e9"'],
    ["модель", '"\\u043c\\u043e\\u0434\\u0435\\u043b\\u044c"'],
    ["😀", '"\\ud83d\\ude00"'],
    ['a"b\\', '"a\\"b\\\\"'],
    ["\u007f\n", '"\\u007f\\n"'],
  ])("writes %j in ASCII", (model, written) => {
    expect(text(replaceModel([bytes('""')], { start: 0, end: 2 }, model))).toBe(written);
  });

  it("makes no empty chunks where the name fills its chunk", () => {
    const chunks = [bytes('{"model":'), bytes('"old"'), bytes("}")];
    const replaced = replaceModel(chunks, { start: 9, end: 14 }, "new");
    expect(replaced.map((chunk) => text([chunk]))).toEqual(['{"model":', '"new"', "}"]);
  });

  it.each([
    [-1, 5],
    [0, 1],
    [9, 13],
    [10, 14],
    [9, 9],
    [14, 9],
    [9, 99],
    [99, 104],
    [Number.NaN, Number.NaN],
    [9.5, 14],
  ])("takes %d..%d for a caller's mistake", (start, end) => {
    const body = [bytes('{"model":"old"}')];
    expect(() => replaceModel(body, { start, end }, "new")).toThrow(
      new RangeError(`no JSON string stands at ${start}..${end} of the body`),
    );
  });

  it("changes the name and no other byte, wherever the chunks are cut", () => {
    const name = fc.string({ unit: "binary", maxLength: 20 });
    const side = fc.string({ unit: "grapheme", maxLength: 40 });
    fc.assert(
      fc.property(
        side,
        name,
        side,
        name,
        fc.array(fc.nat(), { maxLength: 8 }),
        (before, old, after, next, cuts) => {
          const [head, middle, tail] = [bytes(before), bytes(JSON.stringify(old)), bytes(after)];
          const chunks = chop(join([head, middle, tail]), cuts);
          const copies = chunks.map((chunk) => Uint8Array.from(chunk));
          const span = { start: head.length, end: head.length + middle.length };
          const replaced = replaceModel(chunks, span, next);
          const body = join(replaced);
          expect(body.subarray(0, head.length)).toEqual(head);
          expect(body.subarray(body.length - tail.length)).toEqual(tail);
          const written = body.subarray(head.length, body.length - tail.length);
          expect(JSON.parse(new TextDecoder().decode(written))).toBe(next);
          expect(chunks).toEqual(copies);

          let start = 0;
          for (const chunk of chunks) {
            const end = start + chunk.length;
            if (end <= span.start || start >= span.end) expect(replaced.includes(chunk)).toBe(true);
            start = end;
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
