import { describe, expect, it } from "vitest";
import captured from "../../../../fixtures/protocol/claude-code/statusline-stdin.json" with { type: "json" };
import { parseBody } from "./parse-body.ts";
import { StatuslineInputSchema, statuslineWindows } from "./statusline.ts";

function windowsOf(value: unknown) {
  const result = parseBody(StatuslineInputSchema, value);
  return result.success ? statuslineWindows(result.output) : null;
}

const account = { status: null, scope: "account", source: "statusline", usedAmount: null, limitAmount: null };

describe("statuslineWindows", () => {
  it("reads what Claude Code writes", () => {
    expect(windowsOf(captured)).toEqual([
      { ...account, name: "5h", lengthMs: 18_000_000, usedRatio: 0.93, resetAtMs: 1_795_304_923_000 },
      { ...account, name: "7d", lengthMs: 604_800_000, usedRatio: 0.412, resetAtMs: 1_795_738_857_000 },
    ]);
  });

  it("reads a reset in RFC 3339", () => {
    const five_hour = { used_percentage: 101, resets_at: "2026-11-21T19:41:07Z" };
    expect(windowsOf({ rate_limits: { five_hour } })).toEqual([
      { ...account, name: "5h", lengthMs: 18_000_000, usedRatio: 1.01, resetAtMs: 1_795_290_067_000 },
    ]);
  });

  it.each([
    ["no limits", {}],
    ["null limits", { rate_limits: null }],
    ["limits of another shape", { rate_limits: "none" }],
    ["an empty window", { rate_limits: { five_hour: {} } }],
    ["nothing readable", { rate_limits: { five_hour: { used_percentage: "93%", resets_at: "soon" } } }],
    ["numbers that are none", { rate_limits: { seven_day: { used_percentage: -1, resets_at: 0 } } }],
  ])("finds none in %s", (_, value) => expect(windowsOf(value)).toEqual([]));

  it("keeps the window whose other half is unreadable", () => {
    const seven_day = { used_percentage: 12, resets_at: "soon" };
    expect(windowsOf({ rate_limits: { seven_day } })).toEqual([
      { ...account, name: "7d", lengthMs: 604_800_000, usedRatio: 0.12, resetAtMs: null },
    ]);
  });

  const AT = 1_795_290_067;
  it.each<[what: string, five_hour: unknown, usedRatio: number | null, resetAtMs: number | null]>([
    [
      "a time for a percentage (anthropics/claude-code#52326)",
      { used_percentage: AT, resets_at: AT },
      null,
      AT * 1000,
    ],
    ["a time in ms for a percentage", { used_percentage: AT * 1000, resets_at: AT }, null, AT * 1000],
    ["a reset in ms", { used_percentage: 12, resets_at: AT * 1000 }, 0.12, AT * 1000],
    ["a reset that is a number in words", { used_percentage: 12, resets_at: `${AT}` }, 0.12, AT * 1000],
    ["a reset beyond all time", { used_percentage: 12, resets_at: 1e300 }, 0.12, null],
    ["more than full", { used_percentage: 104, resets_at: AT }, 1.04, AT * 1000],
  ])("believes what can be: %s", (_what, five_hour, usedRatio, resetAtMs) => {
    expect(windowsOf({ rate_limits: { five_hour } })).toEqual([
      { ...account, name: "5h", lengthMs: 18_000_000, usedRatio, resetAtMs },
    ]);
  });

  it("finds nothing in a percentage that is a time, alone", () => {
    expect(windowsOf({ rate_limits: { five_hour: { used_percentage: AT } } })).toEqual([]);
  });

  it("refuses only what is no object", () => {
    expect(windowsOf("five_hour")).toBeNull();
    expect(windowsOf({ model: 3, context_window: [] })).toEqual([]);
  });
});
