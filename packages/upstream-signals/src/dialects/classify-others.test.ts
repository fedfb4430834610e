import type { LimitSignal } from "@ccp/usage-contract";
import { describe, expect, it } from "vitest";
import { classifyAnswer } from "../classify-answer.ts";

const NOW = Date.UTC(2026, 9, 1);

function classify(
  dialect: string,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): LimitSignal {
  const get = (name: string): string | null => headers[name] ?? null;
  return classifyAnswer({ dialect, status, headers: { get }, body: JSON.stringify(body), nowMs: NOW });
}

type Expected = Partial<LimitSignal>;
const QUOTA = { kind: "quota", scope: "account" } as const;

describe("other vendors", () => {
  const inFlight = { error: { metadata: { limit_source: "openrouter_in_flight_budget" } } };
  it.each<[dialect: string, status: number, body: unknown, expected: Expected]>([
    ["kimi", 403, { error: { message: "No access" } }, { kind: "auth" }],
    [
      "kimi",
      429,
      { error: { message: "You've reached your weekly usage limit" } },
      { ...QUOTA, window: "7d" },
    ],
    ["kimi", 429, { error: { message: "too many requests" } }, { kind: "throttle", scope: "request" }],
    [
      "minimax",
      429,
      { error: { message: "limit for Plan X (0/0 used), resets at 2026-10-02T00:00:00Z (2056)" } },
      { kind: "entitlement", scope: "model", resetAtMs: null },
    ],
    [
      "minimax",
      429,
      { error: { message: "weekly usage limit reached, resets at 2026-10-02T08:00:00+08:00 (2056)" } },
      { ...QUOTA, window: "7d", resetAtMs: Date.UTC(2026, 9, 2) },
    ],
    [
      "minimax",
      429,
      { error: { message: "too fast (1002)" } },
      { kind: "throttle", scope: "request", code: "1002" },
    ],
    [
      "minimax",
      200,
      { base_resp: { status_code: 1002, status_msg: "rate limit" } },
      { kind: "throttle", code: "1002", message: "rate limit" },
    ],
    [
      "minimax",
      200,
      { base_resp: { status_code: 1004, status_msg: "login fail" } },
      { kind: "auth", scope: "account" },
    ],
    [
      "minimax",
      200,
      { base_resp: { status_code: 1008, status_msg: "insufficient balance" } },
      { kind: "dead_lane" },
    ],
    ["minimax", 429, { error: { message: "no code" } }, { kind: "throttle" }],
    ["openrouter", 402, inFlight, { kind: "throttle", scope: "request" }],
    [
      "openrouter",
      402,
      { error: { metadata: { limit_source: "openrouter_credits" } } },
      { kind: "dead_lane", scope: "account", code: "openrouter_credits" },
    ],
    [
      "openrouter",
      402,
      { error: { metadata: { limit_source: "openrouter_key_limit" } } },
      { kind: "dead_lane", code: "openrouter_key_limit" },
    ],
    ["openrouter", 200, { error: { code: 402, ...inFlight.error } }, { kind: "throttle", source: "body" }],
    [
      "openrouter",
      403,
      { error: { message: "flagged", metadata: { flagged_input: "x", reasons: [] } } },
      { kind: "request", scope: "request" },
    ],
    ["openrouter", 403, { error: { message: "no" } }, { kind: "auth" }],
    [
      "deepseek",
      402,
      { error: { message: "Insufficient Balance" } },
      { kind: "dead_lane", scope: "account" },
    ],
    ["deepseek", 429, { error: { message: "x" } }, { kind: "throttle", scope: "request" }],
    ["openai", 429, { error: { type: "requests", code: "rate_limit_exceeded" } }, { kind: "throttle" }],
  ])("%s %d %j", (dialect, status, body, expected) => {
    expect(classify(dialect, status, body)).toMatchObject(expected);
  });

  it("openrouter waits as long as it was told to", () => {
    expect(classify("openrouter", 402, inFlight, { "retry-after": "3" })).toMatchObject({
      retryAfterMs: 3_000,
      resetAtMs: NOW + 3_000,
    });
  });
});
