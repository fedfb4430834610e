import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_EVENT_CHARS, SseSplitter } from "./sse-splitter.ts";

type Seen = readonly [name: string, data: string] | "content" | "opaque";

function split(pieces: Iterable<string>, contentPrefix: string | null = null): Seen[] {
  const seen: Seen[] = [];
  const splitter = new SseSplitter(
    {
      onContent: () => seen.push("content"),
      onOpaque: () => seen.push("opaque"),
      onGrowth: () => {},
      onEvent: (name, data) => seen.push([name, data]),
    },
    contentPrefix,
  );
  for (const piece of pieces) splitter.push(piece);
  splitter.end();
  return seen;
}

describe("lines and fields", () => {
  it.each<[text: string, seen: Seen[]]>([
    ["", []],
    ["\n\n\n", []],
    ["data: a\n\n", [["", "a"]]],
    ["data:a\n\n", [["", "a"]]],
    ["data:  a\n\n", [["", " a"]]],
    ["data\n\n", [["", ""]]],
    ["data: a\ndata: b\n\n", [["", "a\nb"]]],
    [
      "event: x\ndata: a\n\ndata: b\n\n",
      [
        ["x", "a"],
        ["", "b"],
      ],
    ],
    ["event: x\nevent: y\ndata: a\n\n", [["y", "a"]]],
    ["event: x\n\ndata: a\n\n", [["", "a"]]],
    [": comment\ndata: a\n: more\n\n", [["", "a"]]],
    ["id: 1\nretry: 5\nfoo\ndatabase: 1\neventual: 2\ndata: a\n\n", [["", "a"]]],
    [" data: a\n\n", []],
    ["data: a\r\n\r\n", [["", "a"]]],
    [
      "data: a\r\rdata: b\n\n",
      [
        ["", "a"],
        ["", "b"],
      ],
    ],
    [
      "data: a\r\n\rdata: b\n\r\n",
      [
        ["", "a"],
        ["", "b"],
      ],
    ],
    ["\uFEFFdata: a\n\n", [["", "a"]]],
    ["\u00EF\u00BB\u00BFdata: a\n\n", [["", "a"]]],
    ["data: a\n\n\uFEFFdata: b\n\n", [["", "a"]]],
    ["data: a\u0085b\u2028c\n\n", [["", "a\u0085b\u2028c"]]],
    ["data: last", [["", "last"]]],
    ["event: x\ndata: last\n", [["x", "last"]]],
  ])("reads %j, whole and in single characters", (text, seen) => {
    expect(split([text])).toEqual(seen);
    expect(split(text)).toEqual(seen);
    for (let at = 0; at <= text.length; at += 1)
      expect(split([text.slice(0, at), text.slice(at)])).toEqual(seen);
  });
});

describe("content events", () => {
  const text = "event: delta\ndata: a\n\nevent: other\ndata: b\n\nevent: delta\ndata: c\n\n";

  it("are stepped over, and what follows them is read", () => {
    expect(split([text], "event: delta")).toEqual(["content", ["other", "b"], "content"]);
  });

  it("are read like others when their end is in a later piece", () => {
    expect(split(["event: delta\nda", "ta: a\n\nevent: delta\ndata: b\n\n"], "event: delta")).toEqual([
      ["delta", "a"],
      "content",
    ]);
  });

  it("are read like others in a piece that holds a CR", () => {
    expect(split(["event: delta\r\ndata: a\r\n\r\nevent: other\n\n"], "event: delta")).toEqual([
      ["delta", "a"],
    ]);
  });

  it("are not taken from the middle of an event", () => {
    expect(split(["data: a\n", "event: delta\ndata: b\n\n"], "event: delta")).toEqual([["delta", "a\nb"]]);
    expect(split(["data: a", "event: delta\n\n"], "event: delta")).toEqual([["", "aevent: delta"]]);
  });
});

describe("events above the limit", () => {
  const full = "x".repeat(MAX_EVENT_CHARS - 1);

  it("pass up to the limit", () => {
    expect(split([`data: ${full}\n\n`])).toEqual([["", full]]);
  });

  it.each([
    ["one line in one piece", [`data: ${full}x\n\n`]],
    ["one line in pieces", ["data: ", full, full, full, "\n\n"]],
    ["many lines", Array.from({ length: 3 }, () => `data: ${"y".repeat(500_000)}\n`).concat("\n")],
    ["a line without an end", ["data: ", full, full]],
  ])("are passed over whole: %s", (_, pieces) => {
    expect(split([...pieces, "\n\ndata: next\n\n"])).toEqual(["opaque", ["", "next"]]);
  });

  it("take lines with them that look like content", () => {
    expect(split([`data: ${full}x\n`, "event: delta\n\n", "data: next\n\n"], "event: delta")).toEqual([
      "opaque",
      ["", "next"],
    ]);
  });

  it("do not come of long comments", () => {
    expect(split(["data: a\n:", full, full, "\ndata: b\n\n"])).toEqual([["", "a\nb"]]);
  });
});

it("gives the same events however the text is cut", () => {
  const line = fc.constantFrom("data: a", "data:b", "event: x", "event: delta", ": c", "", "id: 1", "data");
  const end = fc.constantFrom("\n", "\r\n", "\r");
  const text = fc.array(fc.tuple(line, end).map((parts) => parts.join(""))).map((lines) => lines.join(""));
  fc.assert(
    fc.property(text, fc.array(fc.nat(80)), (whole, marks) => {
      const at = [0, ...marks.filter((mark) => mark < whole.length).sort((a, b) => a - b), whole.length];
      const pieces = at.slice(1).map((to, index) => whole.slice(at[index], to));
      expect(split(pieces)).toEqual(split([whole]));
    }),
  );
});
