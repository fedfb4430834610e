import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { memberText, removeMember, setMember } from "./edit-member.ts";
import { lineDiff } from "./line-diff.ts";
import { placeOf, scanJson } from "./scan-json.ts";

const TYPED = `{
    "model": "opus",
    "env": {"A": "1",
            "B": "2"},
    "hooks": []
}
`;

describe("scanJson", () => {
  it("accepts what JSON.parse accepts as an object, and nothing else", () => {
    const pieces = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      '"a"',
      ":",
      ",",
      "1",
      "-0",
      "01",
      "1e5",
      "true",
      " ",
      "\n",
      '"\\u00e9"',
      '"\\x"',
      '"\t"',
      "//",
    );
    const texts = fc.oneof(
      fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join("")),
      fc.json(),
      fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.stringify(value, null, 1)),
    );
    fc.assert(
      fc.property(texts, (text) => {
        let value: unknown;
        try {
          value = JSON.parse(text);
        } catch {
          value = null;
        }
        const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
        const scanned = scanJson(text);
        expect(scanned.success).toBe(isObject);
        if (scanned.success) {
          const seen = scanned.members.map(({ key, valueStart, valueEnd }) => [
            key,
            JSON.parse(text.slice(valueStart, valueEnd)),
          ]);
          expect(JSON.stringify(Object.fromEntries(seen))).toBe(JSON.stringify(value));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ["", "1:1", "{"],
    ["[]", "1:1", "{"],
    ['{"a": 1,}', "1:9", "a key in quotes"],
    ['{\n  "a": 1\n  "b": 2\n}', "3:3", ", or }"],
    ['{"a": tru}', "1:7", "a value"],
    ['{"a": "x', "1:7", "a complete text in quotes"],
    ['{"a": 1', "1:8", ", or }"],
    ["{} x", "1:4", "the end of the file"],
    ['{"a": 1} // mine', "1:10", "the end of the file"],
    [`{"a": ${"[".repeat(300)}`, "1:207", "fewer levels"],
  ])("%j is wrong at %s", (text, place, expected) => {
    const scanned = scanJson(text);
    if (scanned.success) throw new Error("it was accepted");
    const { line, column } = placeOf(text, scanned.offset);
    expect([`${line}:${column}`, scanned.expected]).toEqual([place, expected]);
  });
});

describe("setMember", () => {
  it("puts a new member first, in the file's own indent, and touches no other line", () => {
    const text = setMember(TYPED, "statusLine", '{\n  "type": "command"\n}');
    expect(lineDiff(TYPED, text)).toEqual([
      "@@ -1,0 +2,3 @@",
      '+    "statusLine": {',
      '+      "type": "command"',
      "+    },",
    ]);
  });

  it.each([
    ["{}\n", '{\n  "k": 1\n}\n'],
    ["{\n}\n", '{\n  "k": 1\n}\n'],
    ['{"a":2}', '{"k":1,"a":2}'],
    ['{ "k" : [0] , "a": 2 }', '{ "k" : 1 , "a": 2 }'],
    ['{\r\n\t"a": 2\r\n}', '{\n\t"k": 1,\r\n\t"a": 2\r\n}'],
    ['{"k": 0, "k": 2}', '{"k": 0, "k": 1}'],
  ])("%j becomes %j", (before, after) => expect(setMember(before, "k", "1")).toBe(after));

  it("and removeMember keep all else, whatever the layout", () => {
    const objects = fc.dictionary(
      fc.string().filter((key) => key !== "k" && key !== "__proto__"),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(
        objects,
        fc.jsonValue(),
        fc.constantFrom(undefined, 1, 2, "\t"),
        (object, value, indent) => {
          const text = JSON.stringify(object, null, indent);
          const set = setMember(text, "k", JSON.stringify(value, null, 2));
          expect(JSON.stringify(JSON.parse(set))).toBe(JSON.stringify({ k: value, ...object }));
          expect(JSON.parse(memberText(set, "k") ?? "")).toEqual(JSON.parse(JSON.stringify(value)));
          const removed = removeMember(set, "k");
          expect(removed.replace(/\s/g, "")).toBe(text.replace(/\s/g, ""));
          if (Object.keys(object).length > 0) expect(removed).toBe(text);
        },
      ),
    );
  });
});

describe("removeMember", () => {
  it.each([
    ['{"k": 1}', "{}"],
    ['{"k": 1, "a": 2}', '{"a": 2}'],
    ['{"a": 2, "k": 1}', '{"a": 2}'],
    ['{\n  "a": 2,\n  "k": {\n    "x": 1\n  }\n}\n', '{\n  "a": 2\n}\n'],
    ['{"a": 2}', '{"a": 2}'],
  ])("%j becomes %j", (before, after) => expect(removeMember(before, "k")).toBe(after));
});
