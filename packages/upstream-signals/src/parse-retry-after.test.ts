import fc from "fast-check";
import { expect, it } from "vitest";
import { parseRetryAfter } from "./parse-retry-after.ts";

const NOW = Date.UTC(2026, 9, 1);

it.each<[value: string | null, waitMs: number | null]>([
  ["14", 14_000],
  [" 14 ", 14_000],
  ["0", 0],
  ["2.5", 2_500],
  ["0.0001", 1],
  ["1000000000", 1_000_000_000_000],
  ["9".repeat(400), null],
  ["-5", null],
  ["-0", null],
  ["1e3", null],
  ["0x10", null],
  ["Infinity", null],
  ["NaN", null],
  ["14 seconds", null],
  ["", null],
  [" ", null],
  [null, null],
  ["Thu, 01 Oct 2026 00:00:08 GMT", 8_000],
  ["Thursday, 01-Oct-26 00:00:08 GMT", 8_000],
  ["Thu Oct  1 00:00:08 2026", 8_000],
  ["Thu, 01 Oct 2026 00:00:00 GMT", 0],
  ["Wed, 30 Sep 2026 23:59:59 GMT", null],
])("%j", (value, waitMs) => {
  expect(parseRetryAfter(value, NOW)).toBe(waitMs);
});

it("gives a finite wait or null for any text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (value) => {
      const waitMs = parseRetryAfter(value, NOW);
      expect(waitMs === null || (Number.isFinite(waitMs) && waitMs >= 0)).toBe(true);
    }),
  );
});
