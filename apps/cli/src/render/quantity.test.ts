import { describe, expect, it } from "vitest";
import { millisText, percentText, rateText, spanText, tokensText, waitText } from "./quantity.ts";

describe("tokensText", () => {
  it.each([
    [0, "0"],
    [950, "950"],
    [999.6, "1.00k"],
    [1000, "1.00k"],
    [81_234, "81.2k"],
    [812_345, "812k"],
    [999_499, "999k"],
    [999_999, "1.00M"],
    [1_240_000, "1.24M"],
    [20_000_000, "20.0M"],
    [999_600_000, "1.00G"],
    [12_345_000_000, "12.3G"],
  ])("%d -> %s", (count, text) => expect(tokensText(count)).toBe(text));
});

describe("percentText", () => {
  it.each([
    [null, "?"],
    [0, "0%"],
    [0.0001, "<1%"],
    [0.005, "1%"],
    [0.29, "29%"],
    [0.9949, "99%"],
    [0.9999, "99%"],
    [1, "100%"],
    [1.042, "104%"],
    [12, "1200%"],
  ])("%s -> %s", (ratio, text) => expect(percentText(ratio)).toBe(text));
});

describe("spanText", () => {
  it.each([
    [-5, "0s"],
    [59.9, "59s"],
    [60, "1m"],
    [1499, "24m"],
    [3600, "1h00m"],
    [5973, "1h39m"],
    [86_399, "23h59m"],
    [86_400, "1d0h"],
    [220_733, "2d13h"],
  ])("%d s -> %s", (seconds, text) => expect(spanText(seconds)).toBe(text));
});

describe("waitText", () => {
  it.each([
    [0, "0s"],
    [-1, "0s"],
    [211.2, "212s"],
    [599, "599s"],
    [600, "10m"],
    [9000, "2h30m"],
  ])("%d s -> %s", (seconds, text) => expect(waitText(seconds)).toBe(text));
});

describe("millisText", () => {
  it.each([
    [null, "-"],
    [0, "0ms"],
    [84, "84ms"],
    [840, "0.84s"],
    [994, "0.99s"],
    [995, "1.0s"],
    [2900, "2.9s"],
    [9949, "9.9s"],
    [31_000, "31s"],
    [59_499, "59s"],
    [59_500, "1m00s"],
    [72_000, "1m12s"],
  ])("%s ms -> %s", (ms, text) => expect(millisText(ms)).toBe(text));
});

describe("rateText", () => {
  it.each([
    [null, "-"],
    [0, "0.0"],
    [9.94, "9.9"],
    [9.96, "10"],
    [61.24, "61"],
  ])("%s -> %s", (rate, text) => expect(rateText(rate)).toBe(text));
});
