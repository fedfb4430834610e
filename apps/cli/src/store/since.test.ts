import { expect, it } from "vitest";
import { parseSince } from "./since.ts";

const NOW = Date.UTC(2026, 10, 21, 12);

it.each([
  ["90m", NOW - 5_400_000],
  ["24h", NOW - 86_400_000],
  ["7d", NOW - 604_800_000],
  ["2w", NOW - 1_209_600_000],
  ["2026-11-01", Date.UTC(2026, 10, 1)],
  ["2026-11-01T12:00:00+02:00", Date.UTC(2026, 10, 1, 10)],
  ["", null],
  ["7", null],
  ["d", null],
  ["2026-13-41", null],
  ["yesterday", null],
])("reads %j", (text, ms) => {
  expect(parseSince(text, NOW)).toBe(ms);
});
