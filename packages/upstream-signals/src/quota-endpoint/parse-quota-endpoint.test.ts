import { readFileSync } from "node:fs";
import type { WindowReading } from "@ccp/usage-contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DIALECTS } from "../dialect.ts";
import { parseQuotaEndpoint } from "./parse-quota-endpoint.ts";

const text = (file: string): string =>
  readFileSync(new URL(`../../../../fixtures/protocol/${file}`, import.meta.url), "utf8");

const FIVE_HOURS = { name: "5h", lengthMs: 18_000_000, scope: "account" } as const;
const WEEK = { name: "7d", lengthMs: 604_800_000, scope: "account" } as const;
const window = (parts: Partial<WindowReading>): Partial<WindowReading> => ({
  usedRatio: null,
  resetAtMs: null,
  status: null,
  source: "endpoint",
  usedAmount: null,
  limitAmount: null,
  ...parts,
});

describe("samples", () => {
  it.each<[file: string, dialect: string, level: string | null, readings: Partial<WindowReading>[]]>([
    [
      "zai/quota-limit-credits.json",
      "zai",
      "lite",
      [
        window({
          ...FIVE_HOURS,
          usedRatio: 0.725,
          resetAtMs: 1_790_791_395_020,
          usedAmount: 1450,
          limitAmount: 2000,
        }),
        window({
          ...WEEK,
          usedRatio: 0.7974,
          resetAtMs: 1_791_162_764_983,
          usedAmount: 7974,
          limitAmount: 10_000,
        }),
      ],
    ],
    [
      "zai/quota-limit-credits-idle-weekly-first.json",
      "zai",
      "pro",
      [
        window({
          ...WEEK,
          usedRatio: 13_295 / 60_000,
          resetAtMs: 1_789_135_610_964,
          usedAmount: 13_295,
          limitAmount: 60_000,
        }),
        window({ ...FIVE_HOURS, usedRatio: 0, usedAmount: 0, limitAmount: 12_000 }),
      ],
    ],
    [
      "zai/quota-limit-tokens.json",
      "zai",
      "pro",
      [
        window({ ...FIVE_HOURS, usedRatio: 0.22, resetAtMs: 1_781_448_954_156 }),
        window({ ...WEEK, usedRatio: 0.25, resetAtMs: 1_781_779_923_998 }),
      ],
    ],
    [
      "anthropic/oauth-usage.json",
      "anthropic",
      null,
      [
        window({ ...FIVE_HOURS, usedRatio: 0.47, resetAtMs: Date.UTC(2026, 6, 2, 3) }),
        window({ ...WEEK, usedRatio: 0.09, resetAtMs: Date.UTC(2026, 6, 3, 1) }),
        window({
          ...WEEK,
          name: "7d_oi",
          scope: "model",
          usedRatio: 0.12,
          resetAtMs: Date.UTC(2026, 6, 3, 1),
        }),
      ],
    ],
    [
      "anthropic/oauth-usage-2025.json",
      "anthropic",
      null,
      [
        window({ ...FIVE_HOURS, usedRatio: 0.06, resetAtMs: Date.UTC(2025, 10, 4, 4, 59, 59, 943) }),
        window({ ...WEEK, usedRatio: 0.35, resetAtMs: Date.UTC(2025, 10, 6, 3, 59, 59, 943) }),
        window({ ...WEEK, name: "7d_opus", scope: "model", usedRatio: 0 }),
      ],
    ],
    [
      "kimi/usages.json",
      "kimi",
      "LEVEL_INTERMEDIATE",
      [
        window({
          ...FIVE_HOURS,
          usedRatio: 1,
          resetAtMs: Date.UTC(2026, 7, 4, 9, 14, 42, 960),
          usedAmount: 100,
          limitAmount: 100,
        }),
        window({
          ...WEEK,
          usedRatio: 0.99,
          resetAtMs: Date.UTC(2026, 7, 9),
          usedAmount: 99,
          limitAmount: 100,
        }),
      ],
    ],
    [
      "minimax/token_plan-remains.json",
      "minimax",
      null,
      [
        window({
          ...FIVE_HOURS,
          usedRatio: 0.2,
          resetAtMs: 1_790_018_000_000,
          usedAmount: 300,
          limitAmount: 1500,
        }),
        window({
          ...WEEK,
          usedRatio: 0.45,
          resetAtMs: 1_790_504_800_000,
          usedAmount: 6750,
          limitAmount: 15_000,
        }),
      ],
    ],
  ])("%s", (file, dialect, level, readings) => {
    expect(parseQuotaEndpoint(dialect, text(file), 0)).toEqual({ success: true, level, readings });
  });

  it.each([
    ["zai/quota-limit-bad-key.json", "zai", "code 401: token expired or incorrect"],
    ["zai/quota-limit-no-plan.json", "zai", "code 500: user has no coding plan"],
    [
      "anthropic/error-429.json",
      "anthropic",
      "This request would exceed your account's rate limit. Please try again later.",
    ],
    ["kimi/error-429-overloaded.json", "kimi", "The engine is currently overloaded, please try again later"],
    ["openrouter/key.json", "openrouter", "no quota endpoint is known for openrouter"],
    ["anthropic/message.json", "anthropic", "no windows in the answer"],
  ])("%s is none", (file, dialect, reason) => {
    expect(parseQuotaEndpoint(dialect, text(file), 0)).toEqual({ success: false, reason });
  });
});

it.each(["", "null", "[]", "<html>", "{"])("%j is no report", (body) => {
  for (const dialect of ["zai", "anthropic", "kimi", "minimax"]) {
    expect(parseQuotaEndpoint(dialect, body, 0)).toEqual({
      success: false,
      reason: "the answer is no JSON object",
    });
  }
});

it("never throws, and reports ratios that are 0 or more", () => {
  const members = [
    "data",
    "limits",
    "usage",
    "limit",
    "used",
    "unit",
    "number",
    "percentage",
    "five_hour",
    "seven_day_x",
  ];
  const more = [
    "utilization",
    "resets_at",
    "model_remains",
    "current_interval_remaining_percent",
    "end_time",
    "detail",
  ];
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(3, 5, 6, -1, 0, null, "7", 1e308, "2026-10-01T00:00:00Z", "x"),
      fc.dictionary(fc.constantFrom(...members, ...more), tie("value")),
      fc.array(tie("value"), { maxLength: 2 }),
    ),
  }));
  fc.assert(
    fc.property(fc.constantFrom(...DIALECTS), value, (dialect, body) => {
      const report = parseQuotaEndpoint(dialect, JSON.stringify(body), 0);
      for (const { usedRatio } of report.success ? report.readings : []) {
        expect(usedRatio === null || usedRatio >= 0).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});
