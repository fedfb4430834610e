import { expect, it } from "vitest";
import { DAY, HOUR, MINUTE } from "../testing/build.ts";
import { windowLabel, windowLengthMs } from "./window-length.ts";

it.each([
  ["5h", 5 * HOUR],
  ["7d", 7 * DAY],
  ["15m", 15 * MINUTE],
  ["7d_oi", null],
  ["month", null],
  ["", null],
])("a window named %j lasts %s ms", (name, lengthMs) => expect(windowLengthMs(name)).toBe(lengthMs));

it.each([
  [5 * HOUR, "5h"],
  [7 * DAY, "7d"],
  [90 * MINUTE, "90m"],
  [45_000, "45s"],
])("%d ms are called %s", (lengthMs, name) => expect(windowLabel(lengthMs)).toBe(name));
