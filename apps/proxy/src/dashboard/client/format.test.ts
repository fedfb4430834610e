import { describe, expect, it } from "vitest";
import {
  axisTokens,
  clock,
  countdown,
  duration,
  moment,
  percent,
  rate,
  safe,
  span,
  tokens,
} from "./format.ts";

describe("numbers", () => {
  it.each([
    [null, "?"],
    [0, "0%"],
    [0.004, "<1%"],
    [0.00755, "1%"],
    [0.996, "99%"],
    [1, "100%"],
    [0.425, "43%"],
    [1.04, "104%"],
  ])("percent %j -> %s", (share, text) => expect(percent(share)).toBe(text));

  it.each([
    [null, "?"],
    [0, "0"],
    [999, "999"],
    [999.6, "1.00k"],
    [1_234, "1.23k"],
    [41_200, "41.2k"],
    [999_960, "1.00M"],
    [1_240_000, "1.24M"],
    [123_456_789, "123M"],
  ])("tokens %j -> %s", (count, text) => expect(tokens(count)).toBe(text));

  it.each([
    [5_000, "5k"],
    [10_000, "10k"],
    [100_000, "100k"],
    [1_500_000, "1.5M"],
    [200, "200"],
  ])("axisTokens %j -> %s", (count, text) => expect(axisTokens(count)).toBe(text));

  it.each([
    [null, "–"],
    [8.44, "8.4"],
    [61.4, "61"],
  ])("rate %j -> %s", (value, text) => expect(rate(value)).toBe(text));
});

describe("times", () => {
  it.each([
    [null, "–"],
    [0, "0 ms"],
    [999.4, "999 ms"],
    [2_140, "2.1 s"],
    [9_960, "10 s"],
    [72_000, "1m 12s"],
  ])("duration %j -> %s", (ms, text) => expect(duration(ms)).toBe(text));

  it.each([
    [-5, "0s", "0s"],
    [42.9, "42s", "42s"],
    [189, "3m 09s", "3m"],
    [5_940, "1h 39m", "1h 39m"],
    [219_600, "2d 13h", "2d 13h"],
  ])("%j s left -> %s, %s", (seconds, ticking, still) => {
    expect([countdown(seconds), span(seconds)]).toEqual([ticking, still]);
  });

  it("names a moment as exactly as its distance needs", () => {
    const now = Date.UTC(2026, 10, 21, 19, 41) / 1000;
    expect(clock(now)).toBe("19:41");
    expect([5_940, 219_600, 14 * 86_400].map((away) => moment(now + away, now))).toEqual([
      "21:20",
      "Tue 08:41",
      "5 Dec, 19:41",
    ]);
    expect(moment(1e300, now)).toBe("?");
  });
});

it("makes text from outside safe to stand beside other text", () => {
  expect(safe("a\u001b[31mb\u202ec\u0085d\ne")).toBe("a [31mb c d e");
  expect(safe("<b>")).toBe("<b>");
});
