import { describe, expect, it } from "vitest";
import { readSource } from "./read-source.ts";
import { nodeAt, type SourceMap, spotAt } from "./source-node.ts";

function rootOf(text: string): SourceMap {
  const result = readSource(text, "a mapping");
  if (!result.success) throw new Error(JSON.stringify(result.issues));
  return result.root;
}

function valueAt(root: SourceMap, ...path: (string | number)[]): unknown {
  const node = nodeAt(root, path);
  return node?.kind === "scalar" ? node.value : node?.kind;
}

describe("readSource", () => {
  it("keeps the place of every key and value", () => {
    const root = rootOf("a:\n  b: 1\n  c: [x, y]\n");
    expect(spotAt(root, ["a", "b"])).toEqual({ line: 2, column: 6 });
    expect(spotAt(root, ["a", "b"], "key")).toEqual({ line: 2, column: 3 });
    expect(spotAt(root, ["a", "c", 1])).toEqual({ line: 3, column: 10 });
  });

  it("points at the parent's key for a key that is missing, at the key for an empty value", () => {
    const root = rootOf("a:\n  b:\nc: 1\n");
    expect(spotAt(root, ["a", "nothing", "here"])).toEqual({ line: 1, column: 1 });
    expect(spotAt(root, ["a", "b"])).toEqual({ line: 2, column: 3 });
  });

  it.each([
    ["a byte order mark", "\uFEFFa: 1\nb: 2\n"],
    ["Windows line ends", "a: 1\r\nb: 2\r\n"],
    ["JSON", '{"a": 1,\n"b": 2}'],
    ["JSON indented with tabs", '{\n"a": 1,\n\t"b":\t2\n}'],
    ["a document start", "---\na: 1\nb: 2\n"],
  ])("reads %s", (_, text) => {
    const root = rootOf(text);
    expect([valueAt(root, "a"), valueAt(root, "b")]).toEqual([1, 2]);
  });

  it("places are those of the text without its byte order mark", () => {
    expect(spotAt(rootOf("\uFEFFa: 1"), ["a"])).toEqual({ line: 1, column: 4 });
  });

  it("takes keys as they are written, never as numbers or booleans", () => {
    expect([...rootOf("1.10: a\ntrue: b\n0x10: c\n").entries.keys()]).toEqual(["1.10", "true", "0x10"]);
  });

  it("stays YAML 1.2 whatever the file claims", () => {
    expect(valueAt(rootOf("%YAML 1.1\n---\na: yes\n"), "a")).toBe("yes");
  });

  it("writes aliases out, at the place of the alias", () => {
    const root = rootOf("a: &x { b: 1 }\nc: *x\n");
    expect(valueAt(root, "c", "b")).toBe(1);
    expect(spotAt(root, ["c"])).toEqual({ line: 2, column: 4 });
  });

  it("refuses aliases that multiply", () => {
    const rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
    for (let i = 1; i < 12; i += 1)
      rows.push(
        `a${i}: &a${i} [${Array(10)
          .fill(`*a${i - 1}`)
          .join(", ")}]`,
      );
    expect(readSource(rows.join("\n"), "a mapping")).toEqual({
      success: false,
      issues: [
        {
          path: "a4[0][5]",
          line: 5,
          column: 10,
          message: "expected a small file, found more than 20000 values, aliases written out",
        },
      ],
    });
  });

  it("refuses an alias of its own parent", () => {
    expect(readSource("a: &x [*x]", "a mapping")).toMatchObject({
      issues: [
        { path: "a[0]", message: "expected an alias of something else, found one of the value it stands in" },
      ],
    });
  });

  it("refuses values nested deeper than any real file, and survives deeper ones still", () => {
    const nested = (depth: number) => `a: ${"[".repeat(depth)}${"]".repeat(depth)}`;
    expect(readSource(nested(20), "a mapping").success).toBe(true);
    expect(readSource(nested(40), "a mapping")).toMatchObject({
      issues: [{ message: "expected a small file, found more than 32 levels" }],
    });
    expect(readSource(nested(10_000), "a mapping").success).toBe(false);
  });

  it("refuses a file that is far too large without parsing it", () => {
    expect(readSource("x".repeat(262_145), "a mapping")).toMatchObject({
      issues: [{ message: "expected at most 262144 characters, found 262145" }],
    });
  });
});
