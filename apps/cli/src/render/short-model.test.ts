import { describe, expect, it } from "vitest";
import { shortModels } from "./short-model.ts";

const shorts = (...names: string[]): string[] => names.map((name) => shortModels(names).get(name) ?? "none");

describe("shortModels", () => {
  it("drops what all names share, and the date", () => {
    expect(shorts("claude-haiku-4-5-20251001", "claude-opus-5.5", "glm-4.7", "all")).toEqual([
      "haiku-4-5",
      "opus-5.5",
      "glm-4.7",
      "all",
    ]);
  });

  it("keeps the mark behind a date, and a name that would be empty", () => {
    expect(shorts("claude-sonnet-4-20250514[1m]", "claude-", "-20250514")).toEqual([
      "sonnet-4[1m]",
      "claude-",
      "-20250514",
    ]);
  });

  it("leaves patterns as they stand in the quota file", () => {
    expect(shorts("claude-haiku-*", "claude-haiku-4.5")).toEqual(["claude-haiku-*", "haiku-4.5"]);
  });

  it("keeps the date where only the date tells two models apart", () => {
    expect(shorts("claude-opus-4-20250514", "claude-opus-4-20250805", "claude-opus-4")).toEqual([
      "opus-4-20250514",
      "opus-4-20250805",
      "opus-4",
    ]);
  });

  it("keeps a name whole that would read like another one", () => {
    expect(shorts("claude-opus-5", "opus-5", "claude-opus-5")).toEqual([
      "claude-opus-5",
      "opus-5",
      "claude-opus-5",
    ]);
  });
});
