import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseIsoMs } from "./iso-time.ts";

describe("parseIsoMs", () => {
  it.each([
    ["1970-01-01T00:00:00Z", 0],
    ["2026-11-21T19:41:07Z", 1_795_290_067_000],
    ["2026-11-21T19:41:07.125Z", 1_795_290_067_125],
    ["2026-11-22T03:41:07+08:00", 1_795_290_067_000],
    ["2026-11-21T14:41:07-0500", 1_795_290_067_000],
    ["2024-02-29 12:00:00z", 1_709_208_000_000],
    ["1969-12-31T23:59:59Z", -1000],
    ["2026-02-29T00:00:00Z", null],
    ["2026-13-01T00:00:00Z", null],
    ["2026-04-31T00:00:00Z", null],
    ["2026-11-21T24:00:00Z", null],
    ["2026-11-21T19:41:07", null],
    ["2026-11-21", null],
    ["1795290067", null],
    ["", null],
  ])("%j -> %s", (text, ms) => expect(parseIsoMs(text)).toBe(ms));

  it("agrees with the runtime for every time of four-digit years", () => {
    const time = fc.integer({ min: Date.UTC(1000, 0, 1), max: Date.UTC(9999, 11, 31) });
    fc.assert(fc.property(time, (ms) => parseIsoMs(new Date(ms).toISOString()) === ms));
  });
});
