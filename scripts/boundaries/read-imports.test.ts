import { describe, expect, it } from "vitest";
import { readImports, readPlatformUses } from "./read-imports.ts";

describe("readImports", () => {
  it.each([
    ['import { a } from "@ccp/a";', ["@ccp/a"]],
    ['import type { A } from "@ccp/a";', ["@ccp/a"]],
    ['import * as a from "a";', ["a"]],
    ['import a, {\n  b,\n} from "./a.ts";', ["./a.ts"]],
    ['export { a } from "./a.ts";', ["./a.ts"]],
    ['export * from "./a.ts";', ["./a.ts"]],
    ['import "./effect.ts";', ["./effect.ts"]],
    ['const a = await import("node:fs");', ["node:fs"]],
    ['import data from "./a.json" with { type: "json" };', ["./a.json"]],
    ['export const a = 1;\nimport { b } from "b";', ["b"]],
    ['const path = import.meta.resolve("x/y");', ["x/y"]],
    ['require("x"); require.resolve("y");', ["x", "y"]],
    ['// import { a } from "a";', []],
    ['/**\n * import { a } from "a";\n */', []],
    ['/* a */ import("b");', ["b"]],
    ['const text = "import it from there";', []],
  ])("%j", (source, specifiers) => expect(readImports(source)).toEqual(specifiers));
});

describe("readPlatformUses", () => {
  it.each([
    ["const now = Date.now();", ["Date"]],
    ["const now = new Date();", ["Date"]],
    ["setTimeout(() => {}, 1);", ["setTimeout"]],
    ["process.env.HOME", ["process"]],
    ["const roll = Math.random();", ["Math.random"]],
    ["// Date.now()\nconst a = 1; // Date.now()", []],
    ["/* Date.now() */", []],
    ["reader.process(1); state.fetch()", []],
    ["const resetDate = parseDate(x);", []],
    ["const a = b as HttpDate;", []],
    ['const u = "https://a"; Date.now();', ["Date"]],
  ])("%j", (source, uses) => expect(readPlatformUses(source)).toEqual(uses));
});
