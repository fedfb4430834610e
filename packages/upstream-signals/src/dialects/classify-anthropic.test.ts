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

describe("anthropic windows", () => {
  const P = "anthropic-ratelimit-unified-";
  const OPEN = { [`${P}5h-status`]: "allowed", [`${P}7d-status`]: "allowed_warning" };
  const refused = (message = "Error"): unknown => ({
    type: "error",
    error: { type: "rate_limit_error", message },
  });

  it.each<[what: string, headers: Record<string, string>, message: string | undefined, expected: Expected]>([
    [
      "of two spent windows the one that opens last",
      {
        [`${P}5h-status`]: "rejected",
        [`${P}5h-reset`]: "1000",
        [`${P}7d-status`]: "rejected",
        [`${P}7d-reset`]: "2000",
      },
      undefined,
      { ...QUOTA, source: "header", window: "7d", resetAtMs: 2_000_000 },
    ],
    [
      "an account's window before a family's, however long that lasts",
      {
        [`${P}5h-status`]: "rejected",
        [`${P}5h-reset`]: "1000",
        [`${P}7d_oi-status`]: "rejected",
        [`${P}7d_oi-reset`]: "2000",
      },
      undefined,
      { ...QUOTA, window: "5h", resetAtMs: 1_000_000 },
    ],
    [
      "a family's window alone",
      { ...OPEN, [`${P}7d_sonnet-status`]: "rejected", [`${P}7d_sonnet-reset`]: "2000" },
      undefined,
      { kind: "quota", scope: "model", window: "7d_sonnet", resetAtMs: 2_000_000 },
    ],
    [
      "a claim without headers of its own",
      {
        ...OPEN,
        [`${P}status`]: "rejected",
        [`${P}representative-claim`]: "seven_day_opus",
        [`${P}reset`]: "2000",
      },
      undefined,
      { kind: "quota", scope: "model", source: "header", window: "7d_opus", resetAtMs: 2_000_000 },
    ],
    [
      "only the aggregate, with an account's claim",
      { [`${P}status`]: "rejected", [`${P}representative-claim`]: "five_hour", [`${P}reset`]: "2000" },
      undefined,
      { ...QUOTA, window: "5h", resetAtMs: 2_000_000 },
    ],
    [
      "only the aggregate, no claim",
      { [`${P}status`]: "rejected", [`${P}reset`]: "2000" },
      undefined,
      { ...QUOTA, window: null, resetAtMs: 2_000_000 },
    ],
    [
      "an unknown claim while the account's windows are open",
      { ...OPEN, [`${P}status`]: "rejected", [`${P}representative-claim`]: "new", [`${P}reset`]: "2000" },
      undefined,
      { kind: "quota", scope: "model", window: null },
    ],
    [
      "overage refused while the plan is open",
      {
        ...OPEN,
        [`${P}status`]: "rejected",
        [`${P}representative-claim`]: "overage",
        [`${P}overage-status`]: "rejected",
      },
      undefined,
      { kind: "entitlement", scope: "model", source: "header", resetAtMs: null },
    ],
    [
      "overage refused, and nothing said about the plan",
      { [`${P}status`]: "rejected", [`${P}representative-claim`]: "overage", [`${P}reset`]: "2000" },
      undefined,
      { ...QUOTA, window: null, resetAtMs: 2_000_000 },
    ],
    [
      "no overage bought, and no window spent",
      {
        ...OPEN,
        [`${P}status`]: "allowed",
        [`${P}overage-status`]: "rejected",
        [`${P}overage-disabled-reason`]: "out_of_credits",
      },
      undefined,
      { kind: "throttle", scope: "request", source: "status" },
    ],
    [
      "long context without credits",
      {
        ...OPEN,
        [`${P}status`]: "rejected",
        [`${P}overage-disabled-reason`]: "out_of_credits",
        [`${P}reset`]: "2000",
      },
      "Extra usage is required for long context requests.",
      { kind: "entitlement", scope: "model", source: "body", resetAtMs: null },
    ],
    [
      "long context without credits, newer words",
      {},
      "Usage credits are required for long context requests.",
      { kind: "entitlement", scope: "model" },
    ],
    ["fast mode", {}, "Fast mode is not available on your plan", { kind: "entitlement", scope: "request" }],
    [
      "a spent window outweighs the words",
      { [`${P}5h-status`]: "rejected", [`${P}5h-reset`]: "1000" },
      "Extra usage is required for long context requests.",
      { ...QUOTA, window: "5h" },
    ],
    [
      "an unreadable reset",
      { [`${P}5h-status`]: "rejected", [`${P}5h-reset`]: "x" },
      undefined,
      { ...QUOTA, resetAtMs: null },
    ],
    [
      "an absurd reset",
      { [`${P}5h-status`]: "rejected", [`${P}5h-reset`]: "99999999999" },
      undefined,
      { resetAtMs: 99_999_999_999_000 },
    ],
    [
      "a window the client does not refuse by",
      { [`${P}5h-status`]: "blocked" },
      undefined,
      { kind: "throttle" },
    ],
  ])("%s", (_, headers, message, expected) => {
    expect(classify("anthropic", 429, refused(message), headers)).toMatchObject(expected);
  });

  it("says nothing about windows on other statuses", () => {
    const headers = { [`${P}5h-status`]: "rejected", [`${P}5h-reset`]: "1000", [`${P}reset`]: "1000" };
    expect(classify("anthropic", 529, refused(), headers)).toMatchObject({
      kind: "overload",
      resetAtMs: null,
    });
    expect(classify("anthropic", 400, refused(), headers)).toMatchObject({
      kind: "request",
      resetAtMs: null,
    });
    expect(classify("anthropic", 200, { type: "message" }, headers).kind).toBe("ok");
  });

  it("is not read from any other upstream", () => {
    const headers = { [`${P}status`]: "rejected", [`${P}5h-status`]: "rejected", [`${P}5h-reset`]: "1000" };
    for (const dialect of ["zai", "kimi", "minimax", "openrouter", "deepseek", "openai", "generic"]) {
      expect(classify(dialect, 429, refused(), headers)).toMatchObject({ kind: "throttle", resetAtMs: null });
    }
  });
});

describe("anthropic keys", () => {
  const P = "anthropic-ratelimit-";
  it.each<[what: string, headers: Record<string, string>, expected: Expected]>([
    [
      "the empty bucket that fills last",
      {
        [`${P}requests-remaining`]: "0",
        [`${P}requests-reset`]: "2026-10-01T00:00:10Z",
        [`${P}tokens-remaining`]: "0",
        [`${P}tokens-reset`]: "2026-10-01T00:00:30Z",
        [`${P}input-tokens-remaining`]: "1000",
        [`${P}input-tokens-reset`]: "2026-10-01T00:00:50Z",
      },
      { resetAtMs: NOW + 30_000, retryAfterMs: null },
    ],
    [
      "retry-after before the bucket",
      { "retry-after": "5", [`${P}requests-remaining`]: "0", [`${P}requests-reset`]: "2026-10-01T00:00:10Z" },
      { resetAtMs: NOW + 5_000, retryAfterMs: 5_000 },
    ],
    [
      "no bucket is empty",
      { [`${P}requests-remaining`]: "3", [`${P}requests-reset`]: "2026-10-01T00:00:10Z" },
      { resetAtMs: null },
    ],
  ])("%s", (_, headers, expected) => {
    const signal = classify("anthropic", 429, { error: { type: "rate_limit_error" } }, headers);
    expect(signal).toMatchObject({ kind: "throttle", scope: "model", source: "header", ...expected });
  });

  it.each([
    ["You have reached your specified API usage limits. You will regain access on 2026-11-01 at 00:00 UTC."],
    [
      "You have reached your specified workspace API usage limits. You will regain access on 2026-11-01 at 00:00 UTC.",
    ],
  ])("a spend limit of one's own: %s", (message) => {
    const body = { type: "error", error: { type: "invalid_request_error", message } };
    expect(classify("anthropic", 400, body)).toMatchObject({
      ...QUOTA,
      window: "month",
      resetAtMs: Date.UTC(2026, 10, 1),
      code: "invalid_request_error",
    });
  });

  it("no credit", () => {
    const body = {
      error: { type: "invalid_request_error", message: "Your credit balance is too low to access" },
    };
    expect(classify("anthropic", 400, body)).toMatchObject({
      kind: "dead_lane",
      scope: "account",
      source: "body",
    });
  });
});
