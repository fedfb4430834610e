import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readTopLevel } from "./read-top-level.ts";

describe("readTopLevel", () => {
  it.each<[text: string, value: unknown]>([
    ['{"usage":{"a":1}}', { a: 1 }],
    ['  {"usage" : 1 , "z" : [ "usage" , { "usage" : 2 } ] }\n', 1],
    ['{"usage":1,"usage":2}', 2],
    ['{"usage":1,"us\\u0061ge":2}', 2],
    ['{"content":[{"input":{"usage":{"a":1}}}]}', undefined],
    ['{"usage":3,"content":[{"type":"tool_use","input":{"usage":{"a":1}}}]}', 3],
    ['{"a":"usage","b":1}', undefined],
    ['{"a":"\\"usage\\":9","b":"usage"}', undefined],
    ['{"a":"x\\\\","usage":4}', 4],
    ['{"usage":"x\\\\\\"","a":"{[,:"}', 'x\\"'],
    ['{"usage":null}', null],
    ['{"":1}', undefined],
    ["{}", undefined],
    ["[]", undefined],
    ['[{"usage":1}]', undefined],
    ['"usage"', undefined],
    ["", undefined],
    ["}", undefined],
    ['"', undefined],
    ["{{{{", undefined],
  ])("reads %j", (text, value) => {
    expect(readTopLevel(text, "usage")).toEqual(value);
  });

  it("finds a member that stands far from the end", () => {
    const text = JSON.stringify({
      usage: { a: 1 },
      content: Array.from({ length: 9_000 }, (_, i) => ({ usage: i })),
    });
    expect(text.length).toBeGreaterThan(100_000);
    expect(readTopLevel(text, "usage")).toEqual({ a: 1 });
  });

  it("finds a member behind one long string full of quotes", () => {
    const text = JSON.stringify({ content: '"usage":{"a":1},'.repeat(10_000), usage: { a: 2 } });
    expect(readTopLevel(text, "usage")).toEqual({ a: 2 });
  });
});

const key = fc.oneof(fc.constantFrom("usage", "input", "content", 'u"sage', "usage\\", "a:b,{"), fc.string());
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, 1, -2.5, "usage", '{"usage":1}', '\\"usage\\":', "\\"),
    fc.string(),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(key, tie("value"), { maxKeys: 4 }),
  ),
}));
const root = fc.dictionary(key, value, { maxKeys: 5 });
const blanks = fc.constantFrom(undefined, 0, 1, 2, "\t");

it("agrees with JSON.parse on every document", () => {
  fc.assert(
    fc.property(root, blanks, (document, space) => {
      const text = JSON.stringify(document, null, space);
      const parsed = JSON.parse(text);
      expect(readTopLevel(text, "usage")).toEqual(Object.hasOwn(parsed, "usage") ? parsed.usage : undefined);
    }),
    { numRuns: 2_000 },
  );
});

it("agrees with JSON.parse when members repeat", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(key, value), { maxLength: 6 }), (members) => {
      const text = `{${members.map(([name, member]) => `${JSON.stringify(name)}:${JSON.stringify(member)}`).join()}}`;
      const parsed = JSON.parse(text);
      expect(readTopLevel(text, "usage")).toEqual(Object.hasOwn(parsed, "usage") ? parsed.usage : undefined);
    }),
  );
});

it("never throws", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string(), (text, name) => void readTopLevel(text, name)),
  );
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...'{}[]",:\\u')),
      (chars) => void readTopLevel(chars.join(""), "u"),
    ),
  );
});
