import { describe, expect, it } from "vitest";
import { fillSection } from "./fill-section.ts";

const BEGIN = "<!-- begin x (written by npm run generate) -->\n";
const END = "<!-- end x -->";

describe("fillSection", () => {
  it("replaces what stands between the marks, and nothing else", () => {
    expect(fillSection(`a\n${BEGIN}old\n${END}\nb\n`, "x", "new\n")).toBe(`a\n${BEGIN}new\n${END}\nb\n`);
    expect(fillSection(`${BEGIN}${END}`, "x", "new")).toBe(`${BEGIN}new\n${END}`);
  });

  it("changes nothing the second time", () => {
    const once = fillSection(`a ${BEGIN}${END}`, "x", "| $1 | $& |");
    expect(fillSection(once, "x", "| $1 | $& |")).toBe(once);
  });

  it.each(["", BEGIN, END, `${BEGIN}${END}${BEGIN}${END}`, `${BEGIN}${END}${END}`])(
    "refuses a document without exactly one pair: %j",
    (document) => {
      expect(() => fillSection(document, "x", "")).toThrow('not exactly one section "x"');
    },
  );
});
