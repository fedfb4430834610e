import { expect, it } from "vitest";
import { endMark } from "./end-mark.ts";

it.each([
  ["ok", 200, "✓", "calm"],
  ["ok", 429, "✕", "alarm"],
  ["error", 502, "✕", "alarm"],
  ["truncated", 200, "✕", "alarm"],
  ["stream_timeout", 200, "✕", "alarm"],
  ["client_closed", 200, "–", "calm"],
] as const)("an end %s with status %j has %s", (reason, status, sign, tone) => {
  expect(endMark({ reason, status })).toEqual({ sign, tone });
});
