import { expect, it } from "vitest";
import { windowInWords, windowLengthMs, windowName } from "./window-name.ts";

it.each([
  ["5h", 18_000_000],
  ["7d", 604_800_000],
  ["7d_oi", 604_800_000],
  ["2w", 1_209_600_000],
  ["90m", 5_400_000],
  ["month", null],
  ["day", null],
  ["5hours", null],
  ["", null],
])("%j lasts %s ms", (name, lengthMs) => {
  expect(windowLengthMs(name)).toBe(lengthMs);
});

it.each([
  [18_000_000, "5h"],
  [604_800_000, "7d"],
  [86_400_000, "1d"],
  [5_400_000, "90m"],
  [1, null],
  [0, null],
  [-3_600_000, null],
  [Number.NaN, null],
])("%d ms is %s", (lengthMs, name) => {
  expect(windowName(lengthMs)).toBe(name);
});

it.each([
  ["5-hour usage limit", "5h"],
  ["past 5 hours", "5h"],
  ["5 小时", "5h"],
  ["past 7 days", "7d"],
  ["weekly", "7d"],
  ["monthly", "month"],
  ["Weekly/Monthly", null],
  ["reset at 2026-10-05 12:12:52", null],
  [null, null],
])("%j names %s", (message, name) => {
  expect(windowInWords(message)).toBe(name);
});
