import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findStamp, parseHttpDate } from "./http-date.ts";

const NOW = Date.UTC(2026, 9, 1);

describe("parseHttpDate", () => {
  it.each<[text: string, ms: number | null]>([
    ["Sun, 06 Nov 1994 08:49:37 GMT", Date.UTC(1994, 10, 6, 8, 49, 37)],
    ["Sunday, 06-Nov-94 08:49:37 GMT", Date.UTC(1994, 10, 6, 8, 49, 37)],
    ["Sun Nov  6 08:49:37 1994", Date.UTC(1994, 10, 6, 8, 49, 37)],
    ["Sun Nov 16 08:49:37 1994", Date.UTC(1994, 10, 16, 8, 49, 37)],
    ["Friday, 01-Jan-76 00:00:00 GMT", Date.UTC(2076, 0, 1)],
    ["Saturday, 01-Jan-77 00:00:00 GMT", Date.UTC(1977, 0, 1)],
    ["Thu, 29 Feb 2024 00:00:00 GMT", Date.UTC(2024, 1, 29)],
    ["Sat, 29 Feb 2025 00:00:00 GMT", null],
    ["Mon, 29 Feb 2100 00:00:00 GMT", null],
    ["Sun, 31 Apr 2026 00:00:00 GMT", null],
    ["Sun, 00 Nov 1994 08:49:37 GMT", null],
    ["Sun, 06 Foo 1994 08:49:37 GMT", null],
    ["Sun, 06 Nov 1994 24:00:00 GMT", null],
    ["Sun, 06 Nov 1994 08:60:00 GMT", null],
    ["Sun, 06 Nov 1994 08:49:37 CET", null],
    ["Sun, 06 Nov 1994 08:49:37", null],
    ["Sun, 06 Nov 1969 08:49:37 GMT", null],
    ["2026-10-01T00:00:00Z", null],
    ["", null],
  ])("%j", (text, ms) => {
    expect(parseHttpDate(text, NOW)).toBe(ms);
  });
});

describe("findStamp", () => {
  it.each<[text: string, naiveOffsetMinutes: number | null, ms: number | null]>([
    ["2026-05-20T20:00:00Z", null, Date.UTC(2026, 4, 20, 20)],
    ["2026-05-20t20:00:00z", null, Date.UTC(2026, 4, 20, 20)],
    ["resets at 2026-05-21T04:00:00+08:00 (2056)", null, Date.UTC(2026, 4, 20, 20)],
    ["2026-05-20T16:30:00-0330", null, Date.UTC(2026, 4, 20, 20)],
    ["2026-07-02T03:00:00.000001+00:00", null, Date.UTC(2026, 6, 2, 3)],
    ["2025-11-04T04:59:59.943648+00:00", null, Date.UTC(2025, 10, 4, 4, 59, 59, 943)],
    ["regain access on 2026-12-01 at 00:00 UTC", null, Date.UTC(2026, 11, 1)],
    ["2026-10-05 12:12:52", 480, Date.UTC(2026, 9, 5, 4, 12, 52)],
    ["2026-10-05 12:12:52 zum Beispiel", 480, Date.UTC(2026, 9, 5, 4, 12, 52)],
    ["2026-10-05 12:12:52", null, null],
    ["2026-10-05 12:12:52 UTC", 480, Date.UTC(2026, 9, 5, 12, 12, 52)],
    ["2026-10-05", 480, null],
    ["12026-10-05 12:12:52", 480, null],
    ["2026-02-30 12:12:52", 480, null],
    ["2026-10-05 25:12:52", 480, null],
    ["1970-01-01 07:59:59", 480, null],
    ["", 480, null],
  ])("%j, naive zone %s", (text, naiveOffsetMinutes, ms) => {
    expect(findStamp(text, naiveOffsetMinutes)).toBe(ms);
  });
});

it("reads back every second from 1970 to 2099 in each form", () => {
  const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_102_444_799 }), (seconds) => {
      const date = new Date(seconds * 1000);
      const [week, day, month, year, time] = date.toUTCString().split(" ");
      const dayName = days[date.getUTCDay()];
      const asctime = `${week?.slice(0, 3)} ${month} ${String(Number(day)).padStart(2)} ${time} ${year}`;
      expect(parseHttpDate(date.toUTCString(), NOW)).toBe(seconds * 1000);
      expect(parseHttpDate(asctime, NOW)).toBe(seconds * 1000);
      expect(parseHttpDate(`${dayName}, ${day}-${month}-${year?.slice(2)} ${time} GMT`, seconds * 1000)).toBe(
        seconds * 1000,
      );
      expect(findStamp(date.toISOString(), null)).toBe(seconds * 1000);
    }),
  );
});
