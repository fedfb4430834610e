import { describe, expect, it } from "vitest";
import { NOW_SEC } from "../test-kit/run-test.ts";
import { asOfText, dateText, resetText } from "./clock.ts";

describe("resetText", () => {
  it.each([
    [-1, "19:41 (now)"],
    [0, "19:41 (now)"],
    [5973, "21:20 (1h39m)"],
    [86_400, "19:41 (1d0h)"],
    [86_401, "Sun 19:41 (1d0h)"],
    [220_733, "Tue 09:00 (2d13h)"],
    [20 * 86_400, "11 Dec 19:41 (20d0h)"],
  ])("in %d s: %s", (left, text) => expect(resetText(NOW_SEC + left, NOW_SEC, "UTC")).toBe(text));

  it.each([1e300, Number.POSITIVE_INFINITY])("does not fail over %d, which no calendar has", (ts) => {
    expect(dateText(ts, "UTC")).toBe("? ? ? ? ");
    expect(resetText(ts, NOW_SEC, "UTC")).toMatch(/^\? \? \?/);
  });

  it("drops the time of day beyond 24 h where room is short", () => {
    expect(resetText(NOW_SEC + 220_733, NOW_SEC, "UTC", true)).toBe("Tue (2d13h)");
    expect(resetText(NOW_SEC + 5973, NOW_SEC, "UTC", true)).toBe("21:20 (1h39m)");
  });

  it("shows the clock of the zone it is given", () => {
    expect(resetText(NOW_SEC + 5973, NOW_SEC, "Asia/Kolkata")).toBe("02:50 (1h39m)");
  });
});

describe("asOfText", () => {
  it.each([
    [-10, "19:41 (0s ago)"],
    [1740, "19:12 (29m ago)"],
    [200_000, "Thu 12:07 (2d7h ago)"],
  ])("%d s ago: %s", (age, text) => expect(asOfText(NOW_SEC - age, NOW_SEC, "UTC")).toBe(text));
});

describe("dateText", () => {
  it("names the zone", () => {
    expect(dateText(NOW_SEC, "UTC")).toBe("Sat 21 Nov 19:41 UTC");
    expect(dateText(NOW_SEC, "America/New_York")).toBe("Sat 21 Nov 14:41 UTC-5");
  });
});
