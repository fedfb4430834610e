import { readFileSync } from "node:fs";
import type { LimitSignal } from "@ccp/usage-contract";
import { describe, expect, it } from "vitest";
import { classifyAnswer, classifyStreamError } from "./classify-answer.ts";
import { peekStream } from "./peek-stream.ts";

const FIXTURES = new URL("../../../fixtures/protocol/", import.meta.url);
const text = (file: string): string => readFileSync(new URL(file, FIXTURES), "utf8");
const NOW = Date.UTC(2026, 8, 21, 0, 0, 0);
const reader = (headers: Record<string, string>) => ({ get: (name: string) => headers[name] ?? null });
const none = reader({});

type Expected = Partial<LimitSignal> & Pick<LimitSignal, "kind" | "scope">;
const THROTTLE = { kind: "throttle", scope: "request" } as const;
const REQUEST = { kind: "request", scope: "request" } as const;

describe("headers", () => {
  const answer = (file: string, dialect: string, body: string | null): LimitSignal => {
    const { status, headers } = JSON.parse(text(file));
    return classifyAnswer({
      dialect,
      status,
      headers: reader(headers),
      body,
      nowMs: NOW,
    });
  };
  const refused = text("anthropic/error-429.json");

  it.each<[file: string, dialect: string, body: string | null, expected: Expected]>([
    ["anthropic/headers-200-subscription.json", "anthropic", null, { kind: "ok", scope: "request" }],
    ["anthropic/headers-200-subscription-warning.json", "anthropic", null, { kind: "ok", scope: "request" }],
    [
      "anthropic/headers-200-apikey.json",
      "anthropic",
      text("anthropic/message.json"),
      { kind: "ok", scope: "request" },
    ],
    [
      "anthropic/headers-429-5h-exhausted.json",
      "anthropic",
      refused,
      {
        kind: "quota",
        scope: "account",
        source: "header",
        window: "5h",
        resetAtMs: 1_785_518_400_000,
        retryAfterMs: 7_835_000,
        code: "rate_limit_error",
      },
    ],
    [
      "anthropic/headers-429-5h-windows-only.json",
      "anthropic",
      null,
      {
        kind: "quota",
        scope: "account",
        source: "header",
        window: "5h",
        resetAtMs: 1_785_518_400_000,
        code: null,
      },
    ],
    [
      "anthropic/headers-429-7d_oi-model-scoped.json",
      "anthropic",
      refused,
      { kind: "quota", scope: "model", source: "header", window: "7d_oi", resetAtMs: 1_785_736_800_000 },
    ],
    [
      "anthropic/headers-429-bare-request-scoped.json",
      "anthropic",
      refused,
      { ...THROTTLE, source: "status", resetAtMs: null, retryAfterMs: null },
    ],
    [
      "anthropic/headers-429-apikey.json",
      "anthropic",
      refused,
      { kind: "throttle", scope: "model", source: "header", retryAfterMs: 12_000, resetAtMs: NOW + 12_000 },
    ],
    [
      "zai/headers-429-1302.json",
      "zai",
      text("zai/error-429-1302.json"),
      { ...THROTTLE, source: "body", code: "1302", retryAfterMs: 14_000, resetAtMs: NOW + 14_000 },
    ],
    ["zai/headers-429-1302.json", "zai", null, { ...THROTTLE, source: "status" }],
    ["zai/headers-400-1210.json", "zai", text("zai/error-400-1210.json"), { ...REQUEST, code: "1210" }],
  ])("%s as %s", (file, dialect, body, expected) => {
    expect(answer(file, dialect, body)).toMatchObject(expected);
  });

  it("ends a quota by retry-after when no reset is declared", () => {
    const headers = reader({ "retry-after": "30", "anthropic-ratelimit-unified-7d-status": "rejected" });
    expect(
      classifyAnswer({ dialect: "anthropic", status: 429, headers, body: null, nowMs: NOW }),
    ).toMatchObject({
      kind: "quota",
      scope: "account",
      window: "7d",
      resetAtMs: NOW + 30_000,
    });
  });
});

describe("first events of a stream", () => {
  it.each<[file: string, dialect: string, expected: Expected]>([
    [
      "anthropic/stream-error-first.sse",
      "anthropic",
      { kind: "overload", scope: "account", code: "overloaded_error" },
    ],
    ["zai/stream-200-error-1302.sse", "zai", { ...THROTTLE, code: "1302" }],
  ])("%s is a refusal", (file, dialect, expected) => {
    const peek = peekStream(text(file));
    if (peek.kind !== "error") throw new Error(`peeked ${peek.kind}`);
    const signal = classifyStreamError(dialect, peek.data, none, NOW);
    expect(signal).toMatchObject({ ...expected, source: "stream" });
    // Read whole, as the body of the 200, it means the same.
    const whole = classifyAnswer({ dialect, status: 200, headers: none, body: text(file), nowMs: NOW });
    expect({ ...whole, source: "stream" }).toEqual(signal);
  });

  it.each([
    "anthropic/stream-basic.sse",
    "anthropic/stream-crlf-split.sse",
    "anthropic/stream-truncated.sse",
    "anthropic/stream-midstream-overloaded.sse",
    "zai/stream.sse",
    "local/ollama-stream.sse",
    "local/vllm-stream.sse",
    "local/sglang-stream.sse",
  ])("%s is served", (file) => {
    expect(peekStream(text(file))).toEqual({ kind: "event", name: "message_start" });
    expect(
      classifyAnswer({ dialect: "zai", status: 200, headers: none, body: text(file), nowMs: NOW }).kind,
    ).toBe("ok");
  });
});

it.each([
  ["anthropic/message.json", "anthropic"],
  ["anthropic/count_tokens.json", "anthropic"],
  ["zai/message.json", "zai"],
  ["zai/quota-limit-credits.json", "zai"],
  ["minimax/token_plan-remains.json", "minimax"],
  ["openai/chat.json", "openai"],
  ["openai/responses.json", "openai"],
  ["openai/chat-deepseek-usage.json", "deepseek"],
  ["kimi/usages.json", "kimi"],
  ["openrouter/key.json", "openrouter"],
])("%s with 200 is served", (file, dialect) => {
  expect(classifyAnswer({ dialect, status: 200, headers: none, body: text(file), nowMs: NOW })).toEqual({
    kind: "ok",
    scope: "request",
    resetAtMs: null,
    retryAfterMs: null,
    source: "status",
    window: null,
    code: null,
    message: null,
  });
});
