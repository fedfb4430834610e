import { describe, expect, it } from "vitest";
import { findPattern, matchesPattern } from "./find-pattern.ts";

describe("matchesPattern", () => {
  it.each([
    ["*", "anything", true],
    ["*", "", true],
    ["CLAUDE-haiku*", "claude-Haiku-4-5-20251001", true],
    ["claude-haiku-4.5", "claude-haiku-4-5-20251001", true],
    ["glm-5.3", "glm-5.3[1m]", true],
    ["glm-5.3[1m]", "glm-5.3", false],
    ["glm-5.3[1m]", "GLM-5.3[1M]", true],
    ["*[1m]", "claude-sonnet-5[1m]", true],
    ["*[1m]", "claude-sonnet-5", false],
    ["claude-haiku-4-5-2025*", "claude-haiku-4-5-20251001", true],
    ["glm-?", "glm-5", true],
    ["glm-*", "chatglm-5", false],
  ])("%s on %s: %s", (pattern, model, match) => expect(matchesPattern(pattern, model)).toBe(match));
});

describe("findPattern", () => {
  const find = (patterns: readonly string[], model: string) => findPattern(patterns, (p) => p, model);

  it("prefers the literal name, then another spelling of it, then the first glob", () => {
    const patterns = ["glm-*", "glm-5.3", "glm-5.3[1m]", "*"];
    expect(find(patterns, "glm-5.3[1m]")).toBe("glm-5.3[1m]");
    expect(find(patterns, "glm-5-3")).toBe("glm-5.3");
    expect(find(patterns, "glm-4.7")).toBe("glm-*");
    expect(find(patterns, "x")).toBe("*");
    expect(find(["glm-*"], "x")).toBeNull();
  });
});
