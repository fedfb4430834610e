import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { DIALECTS } from "./dialect.ts";
import { readWindows } from "./read-windows.ts";
import type { ListedHeaders } from "./unified-windows.ts";

const headersOf = (file: string): Record<string, string> =>
  JSON.parse(readFileSync(new URL(`../../../fixtures/protocol/${file}`, import.meta.url), "utf8")).headers;

const reader = (headers: Record<string, string>) => ({ get: (name: string) => headers[name] ?? null });
const listed = (headers: Record<string, string>) => ({
  ...reader(headers),
  keys: () => Object.keys(headers),
});
const read = (headers: ListedHeaders, dialect = "anthropic") => readWindows({ dialect, headers, nowMs: 0 });

const FIVE_HOURS = 18_000_000;
const WEEK = 604_800_000;
const base = { source: "header", usedAmount: null, limitAmount: null } as const;

describe("a subscription's headers", () => {
  it.each([
    [
      "anthropic/headers-200-subscription.json",
      [
        {
          ...base,
          name: "5h",
          lengthMs: FIVE_HOURS,
          usedRatio: 0.05,
          resetAtMs: 1_790_814_600_000,
          status: "allowed",
          scope: "account",
        },
        {
          ...base,
          name: "7d",
          lengthMs: WEEK,
          usedRatio: 0.41,
          resetAtMs: 1_790_996_400_000,
          status: "allowed",
          scope: "account",
        },
      ],
    ],
    [
      "anthropic/headers-200-subscription-warning.json",
      [
        {
          ...base,
          name: "5h",
          lengthMs: FIVE_HOURS,
          usedRatio: 0.93,
          resetAtMs: 1_790_814_600_000,
          status: "allowed_warning",
          scope: "account",
        },
        {
          ...base,
          name: "7d",
          lengthMs: WEEK,
          usedRatio: 0.59,
          resetAtMs: 1_790_996_400_000,
          status: "allowed",
          scope: "account",
        },
      ],
    ],
    [
      "anthropic/headers-429-5h-exhausted.json",
      [
        {
          ...base,
          name: "5h",
          lengthMs: FIVE_HOURS,
          usedRatio: 1.01,
          resetAtMs: 1_785_518_400_000,
          status: "rejected",
          scope: "account",
        },
        {
          ...base,
          name: "7d",
          lengthMs: WEEK,
          usedRatio: 0.69,
          resetAtMs: 1_786_006_800_000,
          status: "allowed",
          scope: "account",
        },
      ],
    ],
    [
      "anthropic/headers-429-7d_oi-model-scoped.json",
      [
        {
          ...base,
          name: "5h",
          lengthMs: FIVE_HOURS,
          usedRatio: 0,
          resetAtMs: 1_785_685_200_000,
          status: "allowed",
          scope: "account",
        },
        {
          ...base,
          name: "7d",
          lengthMs: WEEK,
          usedRatio: 0.94,
          resetAtMs: 1_785_736_800_000,
          status: "allowed_warning",
          scope: "account",
        },
        {
          ...base,
          name: "7d_oi",
          lengthMs: WEEK,
          usedRatio: 1,
          resetAtMs: 1_785_736_800_000,
          status: "rejected",
          scope: "model",
        },
      ],
    ],
    ["anthropic/headers-200-apikey.json", []],
    ["anthropic/headers-429-apikey.json", []],
    ["anthropic/headers-429-bare-request-scoped.json", []],
  ])("%s", (file, windows) => {
    expect(read(reader(headersOf(file)))).toEqual(windows);
    expect(read(listed(headersOf(file)))).toEqual(windows);
  });

  it("finds windows of any name where names are listed", () => {
    const headers = {
      "Anthropic-Ratelimit-Unified-24h-Utilization": "0.5",
      "anthropic-ratelimit-unified-30d_new_family-status": "rejected",
      "anthropic-ratelimit-unified-overage-status": "rejected",
      "anthropic-ratelimit-unified-status": "rejected",
      "anthropic-ratelimit-unified-reset": "5",
      "anthropic-ratelimit-unified-slow-status": "rejected",
    };
    const lower = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
    );
    expect(read({ ...reader(lower), keys: () => Object.keys(headers) })).toMatchObject([
      { name: "24h", lengthMs: 86_400_000, usedRatio: 0.5, status: null, scope: "account" },
      {
        name: "30d_new_family",
        lengthMs: 2_592_000_000,
        usedRatio: null,
        status: "rejected",
        scope: "model",
      },
    ]);
    expect(read(reader(lower))).toEqual([]);
  });

  it("takes the platform's Headers", () => {
    const headers = new Headers({ "anthropic-ratelimit-unified-1h-utilization": "0.25" });
    expect(read(headers)).toMatchObject([{ name: "1h", lengthMs: 3_600_000, usedRatio: 0.25 }]);
  });

  it.each<[value: string, usedRatio: number | null]>([
    ["0.5", 0.5],
    ["1.02", 1.02],
    ["0", 0],
    [" 0.5 ", 0.5],
    ["-0.1", null],
    ["NaN", null],
    ["Infinity", null],
    ["50%", null],
    ["", null],
  ])("utilization %j", (value, usedRatio) => {
    const headers = {
      "anthropic-ratelimit-unified-5h-utilization": value,
      "anthropic-ratelimit-unified-5h-status": "x",
    };
    expect(read(reader(headers))).toMatchObject(usedRatio === null ? [] : [{ usedRatio, status: null }]);
  });

  it.each<[value: string, resetAtMs: number | null]>([
    ["1790814600", 1_790_814_600_000],
    ["2026-10-01T00:00:00Z", Date.UTC(2026, 9, 1)],
    ["2026-10-01 00:00:00", null],
    ["0", null],
    ["-5", null],
    [`1${"0".repeat(320)}`, null],
  ])("reset %j", (value, resetAtMs) => {
    const headers = { "anthropic-ratelimit-unified-5h-reset": value };
    expect(read(reader(headers))).toMatchObject(resetAtMs === null ? [] : [{ name: "5h", resetAtMs }]);
  });
});

it("reads no windows from any other dialect", () => {
  const headers = reader(headersOf("anthropic/headers-429-5h-exhausted.json"));
  const others = DIALECTS.filter((dialect) => dialect !== "anthropic");
  expect(others.flatMap((dialect) => read(headers, dialect))).toEqual([]);
});
