import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findForModel, matchesModel, modelKey } from "./model-key.ts";

describe("modelKey", () => {
  it.each([
    ["claude-haiku-4-5-20251001", "claude-haiku-4.5"],
    ["Claude-Haiku-4.5", "claude-haiku-4.5"],
    ["glm-5.3[1m]", "glm-5.3"],
    ["claude-opus-5-5[1m]", "claude-opus-5.5"],
    ["glm-4-6", "glm-4.6"],
    ["qwen3-coder", "qwen3-coder"],
  ])("%s -> %s", (name, key) => expect(modelKey(name)).toBe(key));
});

describe("matchesModel", () => {
  it.each([
    ["*", "anything", true],
    ["claude-haiku*", "CLAUDE-HAIKU-4-5-20251001", true],
    ["claude-haiku-4.5*", "claude-haiku-4-5-20251001", true],
    ["claude-*-5", "claude-opus-4-5", false],
    ["glm-?", "glm-5", true],
    ["glm-?", "glm-", false],
    ["glm-4.7", "glm-4-7", true],
    ["*-mini*", "gpt-mini", true],
  ])("%s on %s: %s", (pattern, name, match) => expect(matchesModel(pattern, name)).toBe(match));

  it("takes linear time on a hostile name", () => {
    expect(matchesModel("*a*a*a*a*a*b", "a".repeat(20_000))).toBe(false);
  });
});

describe("findForModel", () => {
  it("prefers an exact key wherever it stands, then the first glob", () => {
    const keys = ["claude-*", "claude-haiku-*", "claude-haiku-4.5"];
    expect(findForModel(keys, (k) => k, "claude-haiku-4-5-20251001")).toBe("claude-haiku-4.5");
    expect(findForModel(keys, (k) => k, "claude-haiku-5")).toBe("claude-*");
    expect(findForModel(keys, (k) => k, "glm-5")).toBeNull();
  });
});

describe("the short way", () => {
  const slow = (name: string): string =>
    name
      .trim()
      .toLowerCase()
      .replace(/\[1m\]$/, "")
      .replace(/-\d{8}$/, "")
      .replace(/(?<=\d)-(?=\d)/g, ".");

  it("folds as the patterns do", () => {
    const part = fc.constantFrom(
      "a",
      "Z",
      "4",
      "5",
      "-",
      ".",
      "20251001",
      "-20251001",
      "[1m]",
      " ",
      "_",
      "é",
      "/",
    );
    const name = fc.array(part, { maxLength: 12 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(name, (text) => {
        expect(modelKey(text)).toBe(slow(text));
      }),
      { numRuns: 3000 },
    );
  });
});
