import { describe, expect, it } from "vitest";
import { parseQuotaEndpoint } from "./parse-quota-endpoint.ts";

const parse = (dialect: string, body: unknown) => parseQuotaEndpoint(dialect, JSON.stringify(body), 0);

const FIVE_HOURS = { name: "5h", lengthMs: 18_000_000, scope: "account" } as const;

describe("zai", () => {
  const limit = (parts: object): unknown => parse("zai", { code: 200, data: { limits: [parts] } });

  it.each<[parts: object, expected: object]>([
    [
      { unit: 3, number: 1, percentage: 5 },
      { name: "1h", lengthMs: 3_600_000, usedRatio: 0.05 },
    ],
    [
      { unit: 4, number: 1, percentage: 5 },
      { name: "1d", lengthMs: 86_400_000 },
    ],
    [
      { unit: 6, number: 2, percentage: 5 },
      { name: "14d", lengthMs: 1_209_600_000 },
    ],
    [
      { unit: 5, number: 1, type: "CREDIT_LIMIT", percentage: 5 },
      { name: "month", lengthMs: null },
    ],
    [
      { unit: 3, number: 5, type: "ANY", percentage: 99, usage: 1000, currentValue: 995 },
      { usedRatio: 0.995 },
    ],
    [
      { unit: 3, number: 5, percentage: 7, usage: null, currentValue: null },
      { usedRatio: 0.07, usedAmount: null },
    ],
    [{ unit: 3, number: 5, percentage: 7, usage: 0, currentValue: 0 }, { usedRatio: 0.07 }],
    [
      { unit: 3, number: 5, usage: 100, currentValue: null },
      { usedRatio: null, limitAmount: 100 },
    ],
    [{ unit: 3, number: 5, percentage: 7, nextResetTime: 0 }, { resetAtMs: null }],
    [
      { unit: 3, number: 5, percentage: -1, nextResetTime: null },
      { usedRatio: null, resetAtMs: null },
    ],
  ])("%j", (parts, expected) => {
    expect(limit(parts)).toMatchObject({ success: true, readings: [expected] });
  });

  it.each([
    { unit: 9, number: 1, percentage: 5 },
    { unit: 3, number: 0, percentage: 5 },
    { unit: 3, number: null, percentage: 5 },
    { unit: 5, number: 1, type: "TIME_LIMIT", percentage: 100 },
    { unit: 5, number: 1, type: "NEW", percentage: 100, usageDetails: [{ modelCode: "web-reader" }] },
  ])("%j is no window of model calls", (parts) => {
    expect(limit(parts)).toEqual({ success: false, reason: "no windows in the answer" });
  });
});

describe("anthropic", () => {
  it("keeps the decimals of the older members, and reads limits alone", () => {
    const limits = [
      { kind: "session", percent: 47 },
      { kind: "weekly_all", percent: 9 },
      { kind: "weekly_scoped", percent: 3, scope: { model: { display_name: "New Family" } } },
      { kind: "weekly_scoped", percent: 4, scope: null },
      { kind: "new", percent: 5 },
    ];
    expect(parse("anthropic", { five_hour: { utilization: 47.5, resets_at: null }, limits })).toMatchObject({
      readings: [
        { name: "5h", usedRatio: 0.475 },
        { name: "7d", usedRatio: 0.09 },
        { name: "7d_new_family", usedRatio: 0.03, scope: "model" },
      ],
    });
  });
});

describe("kimi", () => {
  it.each<[detail: object, expected: object]>([
    [
      { limit: "100", remaining: "30" },
      { usedAmount: 70, usedRatio: 0.7 },
    ],
    [
      { limit: "100", used: "20", remaining: "30" },
      { usedAmount: 20, usedRatio: 0.2 },
    ],
    [{ limit: "100" }, { usedAmount: null, usedRatio: null, limitAmount: 100 }],
    [
      { limit: "x", used: "5" },
      { usedAmount: 5, usedRatio: null, limitAmount: null },
    ],
    [{ limit: 100, used: 5 }, { usedRatio: 0.05 }],
  ])("%j", (detail, expected) => {
    expect(parse("kimi", { usage: detail })).toMatchObject({ readings: [{ name: "7d", ...expected }] });
  });

  it("leaves out a window of unknown unit", () => {
    const limits = [{ window: { duration: 1, timeUnit: "TIME_UNIT_MOON" }, detail: { limit: "1" } }];
    expect(parse("kimi", { limits })).toEqual({ success: false, reason: "no windows in the answer" });
  });
});

describe("minimax", () => {
  const entry = {
    model_name: "MiniMax-M3",
    current_interval_remaining_percent: 25,
    end_time: 1_790_018_000_000,
  };

  it("takes the first plan that is not for media when none is general", () => {
    const video = { model_name: "video", current_interval_remaining_percent: 1 };
    expect(parse("minimax", { model_remains: [video, entry] })).toMatchObject({
      readings: [{ ...FIVE_HOURS, usedRatio: 0.75, resetAtMs: 1_790_018_000_000 }],
    });
    expect(parse("minimax", { model_remains: [video] })).toEqual({
      success: false,
      reason: "no model plan in the answer",
    });
  });

  it("believes amounts only where they agree with the percentage", () => {
    const counts = { current_interval_total_count: 100, current_interval_usage_count: 25 };
    expect(parse("minimax", { model_remains: [{ ...entry, ...counts }] })).toMatchObject({
      readings: [{ usedRatio: 0.75, usedAmount: null, limitAmount: null }],
    });
    const { current_interval_remaining_percent: _, ...without } = entry;
    expect(parse("minimax", { model_remains: [{ ...without, ...counts }] })).toMatchObject({
      readings: [{ usedRatio: null, usedAmount: null }],
    });
  });

  it("reports the vendor's error", () => {
    expect(parse("minimax", { base_resp: { status_code: 1004, status_msg: "login fail" } })).toEqual({
      success: false,
      reason: "code 1004: login fail",
    });
  });
});
