import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countTokens, isTokenCount, MAX_TOKEN_COUNT, NO_USAGE, rawInput, toCounts } from "./token-usage.ts";

const counts = { inputTokens: 100, outputTokens: 20, cacheCreationTokens: 3, cacheReadTokens: 1000 };

describe("isTokenCount", () => {
  it.each([
    [0, true],
    [-0, true],
    [MAX_TOKEN_COUNT, true],
    [MAX_TOKEN_COUNT + 1, false],
    [-1, false],
    [1.5, false],
    [Number.NaN, false],
    [JSON.parse("1e400"), false],
    [2 ** 53, false],
    ["12", false],
    [12n, false],
    [null, false],
    [undefined, false],
    [[1], false],
    [{ valueOf: () => 1 }, false],
  ])("%s: %s", (value, usable) => expect(isTokenCount(value)).toBe(usable));

  it("takes nothing but whole numbers in range, whatever JSON brings", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const whole = typeof value === "number" && Number.isInteger(value);
        expect(isTokenCount(value)).toBe(whole && value >= 0 && value <= 10_000_000);
      }),
    );
  });
});

describe("countTokens", () => {
  it("weighs each class", () => {
    expect(countTokens(counts)).toBe(223);
    expect(countTokens(counts, { input: 2, output: 5, cacheCreation: 1, cacheRead: 0 })).toBe(303);
  });

  it("never falls below zero and never becomes NaN for usable counts", () => {
    const count = fc.integer({ min: 0, max: MAX_TOKEN_COUNT });
    const usage = fc.record({
      inputTokens: count,
      outputTokens: count,
      cacheCreationTokens: count,
      cacheReadTokens: count,
    });
    fc.assert(fc.property(usage, (some) => countTokens(some) >= 0 && Number.isFinite(countTokens(some))));
  });
});

describe("toCounts", () => {
  it("adds nothing for a class the upstream did not tell", () => {
    expect(toCounts(NO_USAGE)).toEqual({
      inputTokens: 0,
      outputTokens: 0,
      cacheCreationTokens: 0,
      cacheReadTokens: 0,
    });
    expect(toCounts({ ...NO_USAGE, outputTokens: 7 }).outputTokens).toBe(7);
  });
});

describe("rawInput", () => {
  it("adds up the input classes unweighted", () => expect(rawInput(counts)).toBe(1103));
});
