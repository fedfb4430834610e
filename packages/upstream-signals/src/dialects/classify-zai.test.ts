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

const QUOTA = { kind: "quota", scope: "account" } as const;

describe("zai codes", () => {
  const signalOf = (code: string): LimitSignal =>
    classify("zai", 429, { error: { type: "rate_limit_error", code, message: `[${code}][text]` } });

  it.each<[codes: string, kind: LimitSignal["kind"], scope: LimitSignal["scope"]]>([
    ["1000 1001 1002 1003 1004", "auth", "account"],
    ["1113 1309 1313 1314 1315", "dead_lane", "account"],
    ["1311", "dead_lane", "model"],
    ["1210 1211 1214 1261", "request", "request"],
    ["1234", "server_error", "request"],
    ["1302 1303 1305 1312", "throttle", "request"],
    ["1304 1308 1310 1316 1317 1318 1319 1320 1321", "quota", "account"],
    ["1999 42 x", "throttle", "request"],
  ])("%s: %s of the %s", (codes, kind, scope) => {
    for (const code of codes.split(" ")) expect(signalOf(code)).toMatchObject({ kind, scope, code });
  });

  it.each([
    ["1304", "day"],
    ["1308", "5h"],
    ["1310", null],
    ["1316", "5h"],
    ["1317", "7d"],
    ["1318", null],
  ])("%s stands for the window %s", (code, window) => {
    expect(signalOf(code).window).toBe(window);
  });

  it.each<[message: string, window: string | null]>([
    ["Weekly/Monthly Limit Exhausted. Your limit will reset at 2026-10-07 00:00:00", "7d"],
    ["Weekly/Monthly Limit Exhausted. Your limit will reset at 2026-10-25 00:00:00", "month"],
    ["Usage limit reached for the past 5 hours. Monthly spend limit reached.", "5h"],
    ["Usage limit reached for the past 7 days. Monthly spend limit reached.", "7d"],
    ["Monthly limit reached", "month"],
    ["已达到每周使用上限", "7d"],
  ])("the words of %j name %s", (message, window) => {
    expect(classify("zai", 429, { error: { code: "1319", message } }).window).toBe(window);
  });

  it.each<[place: string, body: unknown, code: string]>([
    ["error.code", { code: "1302", error: { code: "1308", type: "1310", message: "[1113][x]" } }, "1308"],
    ["error.code as a number", { error: { code: 1308 } }, "1308"],
    ["error.type", { code: "1302", error: { type: "1310", message: "[1113][x]" } }, "1310"],
    ["digits in error.type", { error: { type: "error_1310" } }, "1310"],
    ["the message", { code: "1302", error: { type: "rate_limit_error", message: " [1113][x]" } }, "1113"],
    ["beside error", { code: 1302, msg: "x", success: false }, "1302"],
    ["behind a code that is none", { error: { code: "rate_limit", message: "[1308][x]" } }, "1308"],
  ])("stand in %s", (_, body, code) => {
    expect(classify("zai", 429, body).code).toBe(code);
  });

  it("count whatever the status is", () => {
    for (const status of [200, 400, 429, 500]) {
      expect(classify("zai", status, { error: { code: "1308", message: "" } })).toMatchObject({
        ...QUOTA,
        source: "body",
      });
    }
  });

  it.each<[message: string, resetAtMs: number | null]>([
    ["Your limit will reset at 2026-10-05 12:12:52", Date.UTC(2026, 9, 5, 4, 12, 52)],
    ["Resets at 2026-10-05 12:12:52][2026112119]", Date.UTC(2026, 9, 5, 4, 12, 52)],
    ["您的限额将在 2026-10-05 12:12:52 重置。", Date.UTC(2026, 9, 5, 4, 12, 52)],
    ["reset at 2026-10-05T12:12:52Z", Date.UTC(2026, 9, 5, 12, 12, 52)],
    ["reset at 2026-13-05 12:12:52", null],
    ["reset soon", null],
  ])("reset by the words of %j", (message, resetAtMs) => {
    expect(classify("zai", 429, { error: { code: "1308", message } }).resetAtMs).toBe(resetAtMs);
  });

  it("reset by retry-after when the words name no time", () => {
    const signal = classify("zai", 429, { error: { code: "1308", message: "x" } }, { "retry-after": "60" });
    expect(signal.resetAtMs).toBe(NOW + 60_000);
  });
});
