import type { LimitSignal } from "@ccp/usage-contract";
import { describe, expect, it } from "vitest";
import { classifyAnswer } from "./classify-answer.ts";
import { DIALECTS } from "./dialect.ts";

const NOW = Date.UTC(2026, 9, 1);

interface Given {
  readonly dialect?: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

function classify({ dialect = "generic", status = 429, headers = {}, body = null }: Given): LimitSignal {
  const get = (name: string): string | null => headers[name] ?? null;
  const text = body === null || typeof body === "string" ? body : JSON.stringify(body);
  return classifyAnswer({ dialect, status, headers: { get }, body: text, nowMs: NOW });
}

describe.each(DIALECTS)("%s, status alone", (dialect) => {
  it.each<[status: number, kind: LimitSignal["kind"], scope: LimitSignal["scope"]]>([
    [200, "ok", "request"],
    [201, "ok", "request"],
    [100, "server_error", "request"],
    [103, "server_error", "request"],
    [204, "server_error", "request"],
    [205, "server_error", "request"],
    [302, "server_error", "request"],
    [304, "server_error", "request"],
    [400, "request", "request"],
    [404, "request", "request"],
    [405, "request", "request"],
    [413, "request", "request"],
    [422, "request", "request"],
    [401, "auth", "account"],
    [403, "auth", "account"],
    [402, "dead_lane", "account"],
    [408, "server_error", "request"],
    [425, "server_error", "request"],
    [429, "throttle", "request"],
    [500, "server_error", "request"],
    [502, "server_error", "request"],
    [503, "server_error", "request"],
    [529, "overload", "account"],
    [999, "server_error", "request"],
    [0, "server_error", "request"],
    [Number.NaN, "server_error", "request"],
  ])("%d is %s", (status, kind, scope) => {
    expect(classify({ dialect, status })).toEqual({
      kind,
      scope,
      resetAtMs: null,
      retryAfterMs: null,
      source: "status",
      window: null,
      code: null,
      message: null,
    });
  });
});

describe("answers that are none", () => {
  const PAGE = "<!doctype html>\n<html><head><title>502 Bad Gateway</title></head></html>";
  it.each<[given: Given, kind: LimitSignal["kind"]]>([
    [{ status: 200, body: PAGE }, "server_error"],
    [{ status: 200, body: "  " }, "server_error"],
    [{ status: 200, body: "" }, "server_error"],
    [{ status: 403, body: PAGE }, "server_error"],
    [{ status: 404, body: PAGE }, "server_error"],
    [{ status: 402, body: PAGE }, "server_error"],
    [{ status: 503, body: PAGE }, "server_error"],
    [{ status: 401, body: PAGE }, "auth"],
    [{ status: 413, body: PAGE }, "request"],
    [{ status: 429, body: PAGE }, "throttle"],
    [{ status: 529, body: PAGE }, "overload"],
    [{ status: 204, body: "" }, "server_error"],
  ])("%j is %s", (given, kind) => {
    for (const dialect of DIALECTS) expect(classify({ ...given, dialect }).kind).toBe(kind);
  });

  it("quotes a page's title", () => {
    expect(classify({ status: 502, body: PAGE })).toMatchObject({
      message: "502 Bad Gateway",
      source: "body",
    });
  });
});

describe("errors with status 200", () => {
  it.each<[body: unknown, kind: LimitSignal["kind"]]>([
    [{ type: "error", error: { type: "overloaded_error", message: "x" } }, "overload"],
    [{ type: "error", error: { type: "rate_limit_error" } }, "throttle"],
    [{ type: "error", error: { type: "authentication_error" } }, "auth"],
    [{ type: "error", error: { type: "permission_error" } }, "auth"],
    [{ type: "error", error: { type: "billing_error" } }, "dead_lane"],
    [{ type: "error", error: { type: "invalid_request_error" } }, "request"],
    [{ type: "error", error: { type: "request_too_large" } }, "request"],
    [{ type: "error", error: { type: "api_error" } }, "server_error"],
    [{ type: "error", error: { type: "new_error" } }, "server_error"],
    [{ error: { code: 402, message: "x" } }, "dead_lane"],
    [{ error: { code: 429, message: "x" } }, "throttle"],
    [{ error: { code: "insufficient_quota", message: "x" } }, "dead_lane"],
    [{ error: "bad" }, "server_error"],
    [{ success: false }, "server_error"],
    [{ code: 500, msg: "404 NOT_FOUND" }, "server_error"],
    [{ code: 404, msg: "x", success: false }, "request"],
    [{ base_resp: { status_code: 1000, status_msg: "x" } }, "server_error"],
  ])("%j is %s, told by the body", (body, kind) => {
    expect(classify({ status: 200, body })).toMatchObject({ kind, source: "body" });
  });

  it.each([
    { type: "message", content: [{ type: "tool_use", input: { error: { type: "x" }, success: false } }] },
    { type: "message", error: null },
    { content: 'she said "error"' },
    { code: 200, msg: "ok", success: true },
    { base_resp: { status_code: 0, status_msg: "success" } },
    { code: 7, content: [] },
    [1],
    "plain text",
    '{"type":"message","content":[{"text":"cut of',
  ])("%j is an answer", (body) => {
    expect(classify({ status: 200, body }).kind).toBe("ok");
  });

  it("is not looked for in a large answer", () => {
    const body = JSON.stringify({ error: { type: "x" }, pad: "x".repeat(70_000) });
    expect(classify({ status: 200, body }).kind).toBe("ok");
  });
});

describe("common forms", () => {
  it.each<[given: Given, expected: Partial<LimitSignal>]>([
    [{ body: { error: { type: "insufficient_quota" } } }, { kind: "dead_lane", source: "body" }],
    [{ body: { error: { type: "exceeded_current_quota_error" } } }, { kind: "dead_lane" }],
    [
      { status: 503, body: { error: { message: "Server overloaded" } } },
      { kind: "overload", source: "status" },
    ],
    [{ status: 503, body: { error: { type: "overloaded_error" } } }, { kind: "overload" }],
    [{ status: 500, body: { error: { type: "overloaded_error" } } }, { kind: "overload" }],
    [{ status: 500, body: { error: { message: "overloaded" } } }, { kind: "server_error" }],
    [
      { status: 402, dialect: "deepseek", body: { error: { message: "Insufficient Balance" } } },
      { kind: "dead_lane" },
    ],
    [
      { status: 400, body: "plain words" },
      { kind: "request", code: null, message: "plain words" },
    ],
    [
      { status: 400, body: { detail: "words" } },
      { kind: "request", message: "words" },
    ],
    [
      { status: 400, body: { error: "words" } },
      { kind: "request", message: "words" },
    ],
    [
      { dialect: "no such", body: { error: { code: "1308" } } },
      { kind: "throttle", code: "1308" },
    ],
    [{ dialect: "toString" }, { kind: "throttle" }],
  ])("%j", (given, expected) => {
    expect(classify(given)).toMatchObject(expected);
  });
});

describe("how long to wait", () => {
  it.each<[what: string, given: Given, retryAfterMs: number | null, resetAtMs: number | null]>([
    ["seconds", { headers: { "retry-after": "14" } }, 14_000, NOW + 14_000],
    ["zero", { headers: { "retry-after": "0" } }, 0, NOW],
    ["absurd", { headers: { "retry-after": "1000000000" } }, 1e12, NOW + 1e12],
    ["negative", { headers: { "retry-after": "-5" } }, null, null],
    ["garbage", { headers: { "retry-after": "soon" } }, null, null],
    ["a date", { headers: { "retry-after": "Thu, 01 Oct 2026 00:01:00 GMT" } }, 60_000, NOW + 60_000],
    ["milliseconds", { headers: { "retry-after-ms": "1500", "retry-after": "9" } }, 1_500, NOW + 1_500],
    ["in the body", { body: { "retry-after": "40" } }, 40_000, NOW + 40_000],
    ["in the body's error, a number", { body: { error: { retry_after: 2.5 } } }, 2_500, NOW + 2_500],
    [
      "header before body",
      { headers: { "retry-after": "1" }, body: { "retry-after": "40" } },
      1_000,
      NOW + 1_000,
    ],
    [
      "body behind a garbled header",
      { headers: { "retry-after": "x" }, body: { "retry-after": 4 } },
      4_000,
      NOW + 4_000,
    ],
    ["an overload has no reset", { status: 529, headers: { "retry-after": "5" } }, 5_000, null],
    ["a server error has none", { status: 503, headers: { "retry-after": "5" } }, 5_000, null],
  ])("%s", (_, given, retryAfterMs, resetAtMs) => {
    expect(classify(given)).toMatchObject({ retryAfterMs, resetAtMs });
  });
});

it("cleans and shortens the upstream's words", () => {
  const body = {
    error: { code: "x\u001b[2J\n", message: `a\u0000\u001b[31mb\r\n\tc\u202Ed ${"é".repeat(400)}` },
  };
  const signal = classify({ body });
  expect(signal.code).toBe("x[2J");
  expect(signal.message).toBe(`a[31mb cd ${"é".repeat(290)}`);
});
