import { describe, expect, it } from "vitest";
import { parseMetrics } from "./parse-metrics.ts";

describe("parseMetrics", () => {
  it.each([
    ["plain 1", [{ name: "plain", labels: {}, value: 1 }]],
    ["time:stamped 2.5 1795290067000", [{ name: "time:stamped", labels: {}, value: 2.5 }]],
    ["m{} 3", [{ name: "m", labels: {}, value: 3 }]],
    ['m{a="1",b="2",} 4e3', [{ name: "m", labels: { a: "1", b: "2" }, value: 4000 }]],
    ['m{ a = "x" , b="y" } 5', [{ name: "m", labels: { a: "x", b: "y" }, value: 5 }]],
    [String.raw`m{a="}, \"q\" \\ \n"} 6`, [{ name: "m", labels: { a: '}, "q" \\ \n' }, value: 6 }]],
    ['m{__proto__="p"} 7', [{ name: "m", labels: JSON.parse('{"__proto__":"p"}'), value: 7 }]],
    ["m +Inf", [{ name: "m", labels: {}, value: Number.POSITIVE_INFINITY }]],
    ["m NaN", [{ name: "m", labels: {}, value: Number.NaN }]],
    ["# HELP m 1\n# TYPE m counter\n\nm 8\r\n", [{ name: "m", labels: {}, value: 8 }]],
  ])("reads %j", (text, samples) => {
    expect(JSON.stringify(parseMetrics(text))).toBe(JSON.stringify(samples));
  });

  it.each(["m", "m{ 1", 'm{a="1} 1', "m{a} 1", 'm{a="1" b="2"} 1', "m one", "{} 1", "m 1 2 3", "9m 1"])(
    "leaves %j out and keeps the rest",
    (line) => {
      expect(parseMetrics(`a 1\n${line}\nb 2`).map(({ name }) => name)).toEqual(["a", "b"]);
    },
  );
});
