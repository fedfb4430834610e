import { readdirSync, readFileSync } from "node:fs";
import type { LimitSignal } from "@ccp/usage-contract";
import { describe, expect, it } from "vitest";
import { classifyAnswer } from "./classify-answer.ts";

const FIXTURES = new URL("../../../fixtures/protocol/", import.meta.url);
const text = (file: string): string => readFileSync(new URL(file, FIXTURES), "utf8");
const NOW = Date.UTC(2026, 8, 21, 0, 0, 0);
const reader = (headers: Record<string, string>) => ({ get: (name: string) => headers[name] ?? null });
const none = reader({});

type Expected = Partial<LimitSignal> & Pick<LimitSignal, "kind" | "scope">;
const QUOTA = { kind: "quota", scope: "account", source: "body" } as const;
const THROTTLE = { kind: "throttle", scope: "request" } as const;
const DEAD = { kind: "dead_lane", scope: "account" } as const;
const REQUEST = { kind: "request", scope: "request" } as const;

const ROWS: [file: string, dialect: string, status: number, expected: Expected][] = [
  [
    "anthropic/error-400.json",
    "anthropic",
    400,
    { ...REQUEST, source: "status", code: "invalid_request_error" },
  ],
  ["anthropic/error-400-thinking-signature.json", "anthropic", 400, REQUEST],
  [
    "anthropic/error-401.json",
    "anthropic",
    401,
    { kind: "auth", scope: "account", code: "authentication_error" },
  ],
  ["anthropic/error-402.json", "anthropic", 402, { ...DEAD, code: "billing_error" }],
  [
    "anthropic/error-403.json",
    "anthropic",
    403,
    { kind: "auth", scope: "account", code: "permission_error" },
  ],
  [
    "anthropic/error-404.json",
    "anthropic",
    404,
    { ...REQUEST, code: "not_found_error", message: "model: claude-nope" },
  ],
  ["anthropic/error-413.json", "anthropic", 413, REQUEST],
  ["anthropic/error-429.json", "anthropic", 429, { ...THROTTLE, source: "status", code: "rate_limit_error" }],
  [
    "anthropic/error-429-spend-cap.json",
    "anthropic",
    429,
    {
      ...QUOTA,
      window: "month",
      code: "enforced_spend_limit_reached",
      resetAtMs: Date.UTC(2026, 11, 1),
      retryAfterMs: null,
    },
  ],
  [
    "anthropic/error-500.json",
    "anthropic",
    500,
    { kind: "server_error", scope: "request", code: "api_error" },
  ],
  [
    "anthropic/error-504.json",
    "anthropic",
    504,
    { kind: "server_error", scope: "request", code: "timeout_error" },
  ],
  [
    "anthropic/error-529.json",
    "anthropic",
    529,
    {
      kind: "overload",
      scope: "account",
      resetAtMs: null,
      code: "overloaded_error",
      message: "Overloaded",
    },
  ],
  ["zai/error-429-1302.json", "zai", 429, { ...THROTTLE, source: "body", code: "1302", resetAtMs: null }],
  ["zai/error-429-1302-zh.json", "zai", 429, { ...THROTTLE, code: "1302" }],
  [
    "zai/error-429-1302-body-retry-after.json",
    "zai",
    429,
    { ...THROTTLE, code: "1302", retryAfterMs: 40_000, resetAtMs: NOW + 40_000 },
  ],
  ["zai/error-429-1305.json", "zai", 429, { ...THROTTLE, code: "1305" }],
  [
    "zai/error-429-1308-2026.json",
    "zai",
    429,
    { ...QUOTA, code: "1308", window: "5h", resetAtMs: Date.UTC(2026, 9, 5, 4, 12, 52) },
  ],
  [
    "zai/error-429-1308-2026-zh.json",
    "zai",
    429,
    { ...QUOTA, code: "1308", window: "5h", resetAtMs: Date.UTC(2026, 8, 21, 11, 46, 31) },
  ],
  [
    "zai/error-429-1308-2025-type.json",
    "zai",
    429,
    { ...QUOTA, code: "1308", window: "5h", resetAtMs: Date.UTC(2025, 9, 3, 0, 23, 14) },
  ],
  [
    "zai/error-429-1308-openai.json",
    "zai",
    429,
    { ...QUOTA, code: "1308", window: "5h", resetAtMs: Date.UTC(2025, 11, 21, 7, 0, 5) },
  ],
  ["zai/error-429-1309.json", "zai", 429, { ...DEAD, source: "body", code: "1309", resetAtMs: null }],
  [
    "zai/error-429-1310.json",
    "zai",
    429,
    { ...QUOTA, code: "1310", window: "7d", resetAtMs: Date.UTC(2026, 8, 28, 15, 7, 7) },
  ],
  [
    "zai/error-429-1316.json",
    "zai",
    429,
    { ...QUOTA, code: "1316", window: "5h", resetAtMs: Date.UTC(2026, 7, 6, 21, 0, 0) },
  ],
  [
    "zai/error-429-1317.json",
    "zai",
    429,
    { ...QUOTA, code: "1317", window: "7d", resetAtMs: Date.UTC(2026, 8, 28, 15, 7, 7) },
  ],
  ["zai/error-429-1113.json", "zai", 429, { ...DEAD, code: "1113" }],
  ["zai/error-1313.json", "zai", 429, { ...DEAD, code: "1313" }],
  ["zai/error-400-1210.json", "zai", 400, { ...REQUEST, source: "body", code: "1210" }],
  ["zai/error-400-1211.json", "zai", 400, { ...REQUEST, code: "1211" }],
  ["zai/error-400-1261.json", "zai", 400, { ...REQUEST, code: "1261" }],
  [
    "zai/error-200-not-found.json",
    "zai",
    200,
    { kind: "server_error", scope: "request", source: "body", code: "500", message: "404 NOT_FOUND" },
  ],
  [
    "zai/quota-limit-bad-key.json",
    "zai",
    200,
    { kind: "auth", scope: "account", source: "body", code: "401" },
  ],
  ["kimi/error-403-5h.json", "kimi", 403, { ...QUOTA, window: "5h", resetAtMs: null }],
  ["kimi/error-403-cycle.json", "kimi", 403, { ...QUOTA, window: null, resetAtMs: null }],
  ["kimi/error-429-overloaded.json", "kimi", 429, { kind: "overload", scope: "account", source: "body" }],
  [
    "minimax/error-429-2056.json",
    "minimax",
    429,
    { ...QUOTA, code: "2056", window: "5h", resetAtMs: Date.UTC(2026, 4, 20, 20), retryAfterMs: null },
  ],
  [
    "openrouter/error-402-inflight.json",
    "openrouter",
    402,
    { ...THROTTLE, source: "body", code: "openrouter_in_flight_budget" },
  ],
  ["openrouter/error-429.json", "openrouter", 429, { ...THROTTLE, source: "status", code: "429" }],
  [
    "openai/error-429-insufficient_quota.json",
    "openai",
    429,
    { ...DEAD, source: "body", code: "insufficient_quota" },
  ],
];

describe("error bodies", () => {
  it.each(ROWS)("%s", (file, dialect, status, expected) => {
    expect(classifyAnswer({ dialect, status, headers: none, body: text(file), nowMs: NOW })).toMatchObject(
      expected,
    );
  });

  it("have a row for every sample", () => {
    const samples = readdirSync(FIXTURES, { recursive: true, encoding: "utf8" });
    const errors = samples.filter((file) => /\/error-.*\.json$/.test(file));
    expect(
      ROWS.map(([file]) => file)
        .filter((file) => file.includes("/error-"))
        .sort(),
    ).toEqual(errors.sort());
  });

  it("keeps the words of the upstream", () => {
    const body = text("zai/error-429-1308-2026.json");
    expect(classifyAnswer({ dialect: "zai", status: 429, headers: none, body, nowMs: NOW })).toEqual({
      kind: "quota",
      scope: "account",
      resetAtMs: 1_791_173_572_000,
      retryAfterMs: null,
      source: "body",
      window: "5h",
      code: "1308",
      message:
        "[1308][Usage limit reached for 5 hour. Your limit will reset at 2026-10-05 12:12:52][20261121192331abcdef01]",
    });
  });
});
