import type { LimitSignal } from "@ccp/usage-contract";
import { describe, expect, it } from "vitest";
import { classifyAnswer, classifyStreamError } from "./classify-answer.ts";
import { DIALECTS } from "./dialect.ts";

const NOW = Date.UTC(2026, 9, 1);
const headers = { get: () => null };
const QUOTA = { kind: "quota", scope: "account" } as const;
const DEAD = { kind: "dead_lane", scope: "account" } as const;
const PLAN = { kind: "entitlement", scope: "model", resetAtMs: null } as const;

/** Told by their reporters: status and message of refusals, from whichever vendor. */
const WORDS: readonly [status: number, message: string, expected: Partial<LimitSignal>][] = [
  // earendil-works/pi#2943, anthropics/claude-code#45035
  [400, "You're out of extra usage. Add more at claude.ai/settings/usage and keep going.", DEAD],
  [
    400,
    "Third-party apps now draw from your extra usage, not your plan limits. Add more at claude.ai/settings/usage.",
    DEAD,
  ],
  [400, "Your credit balance is too low to access the Anthropic API.", DEAD],
  // continuedev/continue#11823
  [429, "余额不足或无可用资源包,请充值。", DEAD],
  [400, "Insufficient Balance", DEAD],
  [429, "You exceeded your current quota, please check your plan and billing details.", DEAD],
  // anthropics/claude-code#23822, #51745, #61808
  [400, "The long context beta is not yet available for this subbscription.", PLAN],
  [400, "Extra usage is required for 1M context", PLAN],
  [429, "Usage credits are required for long context requests.", PLAN],
  // anthropics/claude-code#46645, #12308; continuedev/continue#11444 (Ollama)
  [429, "Claude AI usage limit reached|1790900000", { ...QUOTA, resetAtMs: 1_790_900_000_000 }],
  [429, "You've hit your limit · resets 2am (Australia/Sydney)", { ...QUOTA, resetAtMs: null }],
  [429, "5-hour limit reached · resets in 2h 5m", { ...QUOTA, window: "5h", resetAtMs: NOW + 7_500_000 }],
  [429, "you (ae2055838) have reached your session usage limit, upgrade for higher limits", QUOTA],
  [
    403,
    "You've reached your weekly (7-day) usage limit. Your quota will reset when the window ends.",
    { ...QUOTA, window: "7d" },
  ],
  // NanmiCoder/cc-haha#1266
  [
    429,
    "已达到 5 小时的使用上限。您的限额将在 2026-10-01 08:00:00+08:00 重置。",
    { ...QUOTA, window: "5h", resetAtMs: NOW },
  ],
  // Gitlawb/openclaude#1549, Ivy-Interactive/Ivy-Tendril#1756
  [
    429,
    "Rate limit exceeded: free-models-per-day. Add 10 credits to unlock more",
    { kind: "quota", scope: "model", window: "day" },
  ],
  [
    429,
    "Too many tokens per day, please wait before trying again.",
    { kind: "quota", scope: "model", window: "day" },
  ],
  // anthropics/claude-code#1440 (Vertex), #1466 (Bedrock): a minute's, which passes
  [
    429,
    "Quota exceeded for aiplatform.googleapis.com/online_prediction_input_tokens_per_minute_per_base_model",
    { kind: "throttle" },
  ],
  [429, "Too many tokens, please wait before trying again.", { kind: "throttle" }],
  // The request's own words, and what is wrong with it
  [400, "messages.0.content: say nothing of extra usage here", { kind: "request" }],
  [
    400,
    "messages[3].content: You've hit your limit, usage limit reached, out of extra usage",
    { kind: "request" },
  ],
  [400, "max_tokens: 100 is above the limit", { kind: "request" }],
  [413, "usage limit reached", { kind: "request" }],
  [401, "out of credits", { kind: "auth" }],
];

const GENERAL = DIALECTS.filter((dialect) => dialect !== "kimi" && dialect !== "minimax");

describe("words of limits", () => {
  it.each(WORDS)("%i %s", (status, message, expected) => {
    const body = JSON.stringify({ type: "error", error: { type: "some_error", message } });
    for (const dialect of GENERAL) {
      expect(classifyAnswer({ dialect, status, headers, body, nowMs: NOW })).toMatchObject(expected);
    }
  });

  it.each(WORDS.filter(([, , { kind }]) => kind === "quota" || kind === "dead_lane"))(
    "inside a 200, as JSON, as an event, and bare: %i %s",
    (_, message, expected) => {
      const told = { error: { message } };
      const bare = { code: 403, message };
      for (const dialect of GENERAL) {
        for (const body of [told, bare, { type: "error", ...told }])
          expect(
            classifyAnswer({ dialect, status: 200, headers, body: JSON.stringify(body), nowMs: NOW }),
          ).toMatchObject(expected);
        expect(classifyStreamError(dialect, JSON.stringify(told), headers, NOW)).toMatchObject(expected);
      }
    },
  );

  it.each<[string, unknown]>([
    ["untyped", { error: { message: "You've reached your usage limit for this billing cycle." } }],
    ["typed", { error: { type: "access_terminated_error", message: "Your plan is over." } }],
    [
      "with a type of its own",
      { type: "error", error: { type: "permission_error", message: "You've reached your usage limit" } },
    ],
  ])("tells Kimi's spent plan inside a 200: %s", (_, body) => {
    const text = JSON.stringify(body);
    expect(classifyAnswer({ dialect: "kimi", status: 200, headers, body: text, nowMs: NOW })).toMatchObject(
      QUOTA,
    );
    expect(classifyStreamError("kimi", text, headers, NOW)).toMatchObject(QUOTA);
  });

  it("reads the reset that OpenRouter quotes", () => {
    const metadata = { headers: { "X-RateLimit-Reset": String(NOW + 5000) } };
    const body = JSON.stringify({
      error: { message: "Rate limit exceeded: free-models-per-day", code: 429, metadata },
    });
    expect(classifyAnswer({ dialect: "openrouter", status: 429, headers, body, nowMs: NOW }).resetAtMs).toBe(
      NOW + 5000,
    );
  });
});
