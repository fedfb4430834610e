import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cutEnd, cutMiddle, padEnd, padStart, textWidth } from "./text-width.ts";

describe("cutting", () => {
  it.each([
    ["claude-haiku-4.5", 16, "claude-haiku-4.5", "claude-haiku-4.5"],
    ["claude-haiku-4.5", 10, "claude-ha…", "claud…-4.5"],
    ["claude-haiku-4.5", 2, "c…", "c…"],
    ["claude-haiku-4.5", 1, "…", "…"],
    ["claude-haiku-4.5", 0, "", ""],
    ["模型模型模型", 7, "模型模…", "模…型"],
  ])("%s to %d", (text, width, end, middle) => {
    expect(cutEnd(text, width, false)).toBe(end);
    expect(cutMiddle(text, width, false)).toBe(middle);
  });

  it("uses no ellipsis character where only ASCII may stand", () => {
    expect(cutEnd("claude-haiku-4.5", 10, true)).toBe("claude-ha.");
  });

  it("never gives more columns than asked", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 0, max: 30 }), (text, width) => {
        expect(textWidth(cutEnd(text, width, false))).toBeLessThanOrEqual(Math.max(width, 0));
        expect(textWidth(cutMiddle(text, width, false))).toBeLessThanOrEqual(Math.max(width, 0));
      }),
    );
  });
});

describe("padding", () => {
  it("counts columns, not characters", () => {
    expect(padEnd("模", 4)).toBe("模  ");
    expect(padStart("模", 4)).toBe("  模");
    expect(padEnd("long", 2)).toBe("long");
  });
});
