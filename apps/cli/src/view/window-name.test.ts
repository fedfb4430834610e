import { describe, expect, it } from "vitest";
import { windowLabel, windowSeconds } from "./window-name.ts";

describe("windowSeconds", () => {
  it.each([
    ["5h", 18_000],
    ["7d", 604_800],
    ["7d_oi", 604_800],
    ["90m", 5400],
    ["month", null],
    ["5hours", null],
    ["", null],
  ])("%s", (name, seconds) => expect(windowSeconds(name)).toBe(seconds));
});

describe("windowLabel", () => {
  it.each([
    [18_000, "5h"],
    [604_800, "7d"],
    [86_400, "1d"],
    [5400, "90m"],
    [45, "45s"],
    [90_000, "25h"],
  ])("%d", (seconds, name) => expect(windowLabel(seconds)).toBe(name));
});
