import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { endKeys, readKeys } from "./read-keys.ts";

const names = (text: string): string[] => readKeys(text).keys.map(({ name }) => name);

describe("readKeys", () => {
  it.each([
    ["q", ["q"]],
    [
      "\t\r\n\u007f\b\u0003\u001a\u000c\u0015",
      ["tab", "enter", "enter", "backspace", "backspace", "ctrl-c", "ctrl-z", "ctrl-l", "ctrl-u"],
    ],
    ["\u001b[A\u001bOB\u001b[Z", ["up", "down", "shift-tab"]],
    [
      "\u001b[5~\u001b[6~\u001b[1~\u001b[4~\u001b[H\u001bOF",
      ["pageup", "pagedown", "home", "end", "home", "end"],
    ],
    ["\u001b[1;5A\u001b[5;2~", ["up", "pageup"]],
    ["a\u001b[15~b\u001b[200~c\u001b[?1;2cd", ["a", "b", "c", "d"]],
    ["\u001bqx", ["x"]],
    ["\u001b\u001b\u001b[A", ["esc", "esc", "up"]],
    ["ü漢👍", ["ü", "漢", "👍"]],
    ["\u0000\u0085\u202e\u0007x", ["x"]],
  ])("%j", (text, keys) => {
    expect(names(text)).toEqual(keys);
  });

  it("waits for the rest of a sequence; ESC alone is a key once nothing follows", () => {
    expect(readKeys("j\u001b")).toEqual({ keys: [{ name: "j", text: "j" }], rest: "\u001b" });
    expect(readKeys("\u001b[1;")).toEqual({ keys: [], rest: "\u001b[1;" });
    expect(endKeys("\u001b")).toEqual([{ name: "esc", text: null }]);
    expect(endKeys("\u001b[1;")).toEqual([]);
  });

  it("takes any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const { rest } = readKeys(`\u001b[A${text}`);
        expect(rest === "" || rest.startsWith("\u001b")).toBe(true);
      }),
    );
  });
});
