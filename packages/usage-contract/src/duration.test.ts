import { describe, expect, it } from "vitest";
import { parseDuration } from "./duration.ts";

describe("parseDuration", () => {
  it.each([
    ["50ms", 50],
    ["15s", 15_000],
    ["2m", 120_000],
    ["1h", 3_600_000],
    ["1.5s", 1500],
    [" 10S ", 10_000],
    ["0s", 0],
    ["15", null],
    ["s", null],
    ["-1s", null],
    ["1 s", null],
    ["1d", null],
    ["1e3ms", null],
    ["1m30s", null],
    ["", null],
  ])("%j -> %s", (text, ms) => expect(parseDuration(text)).toBe(ms));
});
