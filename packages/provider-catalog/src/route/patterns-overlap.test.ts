import { describe, expect, it } from "vitest";
import { patternsOverlap } from "./patterns-overlap.ts";

describe("patternsOverlap", () => {
  it.each<[string, string, boolean]>([
    ["claude-*", "claude-haiku*", true],
    ["claude-*", "glm-*", false],
    ["*", "glm-4.7", true],
    ["*", "*", true],
    ["*-mini", "gpt-*", true],
    ["*haiku*", "claude-opus*", true],
    ["a*", "*b", true],
    ["a", "a", true],
    ["A-1", "a-?", true],
    ["a", "ab", false],
    ["a*c", "a*d", false],
    ["a?", "a", false],
    ["", "*", true],
    ["", "a", false],
  ])("%s and %s: %s", (a, b, expected) => {
    expect(patternsOverlap(a, b)).toBe(expected);
    expect(patternsOverlap(b, a)).toBe(expected);
  });
});
