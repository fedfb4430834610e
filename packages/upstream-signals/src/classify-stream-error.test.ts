import type { LimitSignal } from "@ccp/usage-contract";
import { describe, expect, it } from "vitest";
import { classifyStreamError } from "./classify-answer.ts";

const NOW = Date.UTC(2026, 9, 1);

describe("stream errors", () => {
  const none = { get: () => null };
  it.each<[dialect: string, data: string, expected: Partial<LimitSignal>]>([
    ["anthropic", '{"type":"error","error":{"type":"api_error"}}', { kind: "server_error" }],
    ["anthropic", '{"error":{"type":"rate_limit_error"}}', { kind: "throttle" }],
    [
      "zai",
      '{"error":{"code":1308,"message":"reset at 2026-10-05 12:12:52"}}',
      { kind: "quota", window: "5h" },
    ],
    [
      "zai",
      '{"error":{"type":"rate_limit_error","message":"[1113][x]"}}',
      { kind: "dead_lane", code: "1113" },
    ],
    ["generic", "Overloaded", { kind: "server_error", message: "Overloaded" }],
    ["generic", "", { kind: "server_error", message: null }],
    ["generic", "null", { kind: "server_error" }],
  ])("%s %s", (dialect, data, expected) => {
    expect(classifyStreamError(dialect, data, none, NOW)).toMatchObject({ ...expected, source: "stream" });
  });

  it("reads the windows of the answer's headers", () => {
    const headers = {
      get: (name: string) =>
        ({
          "anthropic-ratelimit-unified-5h-status": "rejected",
          "anthropic-ratelimit-unified-5h-reset": "1790814600",
        })[name] ?? null,
    };
    const limited = '{"type":"error","error":{"type":"rate_limit_error"}}';
    const busy = '{"type":"error","error":{"type":"overloaded_error"}}';
    expect(classifyStreamError("anthropic", limited, headers, NOW)).toMatchObject({
      kind: "quota",
      window: "5h",
      resetAtMs: 1_790_814_600_000,
      source: "stream",
    });
    expect(classifyStreamError("anthropic", busy, headers, NOW)).toMatchObject({
      kind: "overload",
      resetAtMs: null,
    });
  });
});
