import type { UsageEvent } from "@ccp/usage-contract";
import { describe, expect, it } from "vitest";
import { exchange, type TestExchange } from "../../test-kit/recorded-exchange.ts";
import { assembleRequest, toStarted } from "./assemble-request.ts";

const T0 = 1_800_000_000;

/** @param lost Indexes of lines that are not in the log. */
function assembled(options: Omit<TestExchange, "at" | "rid">, lost: readonly number[] = []) {
  const lines = exchange({ at: T0, rid: "r", ...options });
  const completion = lines.at(-1) as UsageEvent;
  const decisions = lines.slice(0, -1).filter((_, index) => !lost.includes(index));
  return assembleRequest(decisions.map(toStarted), completion, "zai");
}

const MOVED = {
  attempts: [
    { lane: "zai", lostMs: 400 },
    { lane: "anthropic", rule: "quota_overshoot" },
  ],
  markedSec: 300,
} as const;

describe("assembleRequest", () => {
  it("of one attempt", () => {
    expect(assembled({ tokens: 70, predicted: 90, seconds: 3, completion: { ttft_ms: 500 } })).toEqual({
      closed: [],
      atMs: T0 * 1000,
      model: "claude-haiku-4.5",
      predictedTokens: 90,
      pin: null,
      attempts: [{ lane: "zai", end: "served", startMs: T0 * 1000, lostMs: 0, markedUntilMs: null }],
      counts: { inputTokens: 70, outputTokens: 0, cacheCreationTokens: 0, cacheReadTokens: 0 },
      estimated: false,
      serviceMs: 3000,
      headMs: 500,
    });
  });

  it("of an attempt that met a limit and one that served", () => {
    const { attempts, serviceMs } = assembled({ ...MOVED, seconds: 2 });
    expect(serviceMs).toBe(2000);
    expect(attempts).toEqual([
      {
        lane: "zai",
        end: "limit",
        startMs: T0 * 1000,
        lostMs: 400,
        markedUntilMs: (T0 + 0.4 + 300) * 1000,
      },
      { lane: "anthropic", end: "served", startMs: T0 * 1000 + 400, lostMs: 0, markedUntilMs: null },
    ]);
  });

  it.each([
    ["quota_overshoot", 300, "limit"],
    ["quota_overshoot", undefined, "throttle"],
    ["fallback", undefined, "failure"],
  ] as const)("an attempt before %s, marked for %s s, ended as a %s", (rule, markedSec, end) => {
    const attempts = [
      { lane: "zai", lostMs: 5 },
      { lane: "anthropic", rule },
    ];
    const request = assembled({ attempts, ...(markedSec === undefined ? {} : { markedSec }) });
    expect(request.attempts[0]?.end).toBe(end);
  });

  it("a limit on a lane whose mark no line shows is a limit without an end", () => {
    const attempts = [
      { lane: "anthropic", rule: "quota_block", lostMs: 5 },
      { lane: "zai", rule: "quota_overshoot" },
    ] as const;
    expect(assembled({ attempts }).attempts[0]).toMatchObject({ end: "limit", markedUntilMs: null });
  });

  it.each([
    ["429", "ended"],
    ["4xx", "ended"],
    ["401", "ended"],
    ["", "ended"],
    ["5xx", "failure"],
    ["net", "failure"],
    ["timeout", "failure"],
    ["idle_timeout", "failure"],
    ["stream_error", "failure"],
  ] as const)("an exchange that ended with %j and took nothing: %s", (err_type, end) => {
    expect(assembled({ tokens: null, completion: { err_type } }).attempts).toMatchObject([{ end }]);
  });

  it("a 429 that was passed on and marked its lane is a limit", () => {
    const completion = { cooldown_active: true, cooldown_next_ts: T0 + 60, wasted_retry_ms: 40 };
    expect(assembled({ tokens: null, completion }).attempts).toMatchObject([
      { end: "limit", lostMs: 40, markedUntilMs: (T0 + 60) * 1000 },
    ]);
  });

  it("an answer that broke off after tokens were counted was served", () => {
    const completion = { err_type: "stream_error", reason: "truncated", usage_source: "estimate" } as const;
    const request = assembled({ tokens: 30, completion });
    expect([request.attempts[0]?.end, request.estimated]).toEqual(["served", true]);
  });

  it("without its first decision knows when it came, and what it moved to", () => {
    const request = assembled({ ...MOVED, seconds: 2 }, [0, 1]);
    expect(request.attempts).toMatchObject([{ lane: "anthropic", end: "served", startMs: T0 * 1000 + 400 }]);
    expect([request.atMs, request.serviceMs]).toEqual([T0 * 1000 + 400, 2000]);
  });

  it("without its last decision takes the lane from the line that ends it", () => {
    const { attempts } = assembled({ ...MOVED, seconds: 2 }, [1]);
    expect(attempts.map(({ lane, end }) => [lane, end])).toEqual([
      ["zai", "limit"],
      ["anthropic", "served"],
    ]);
  });

  it("that no lane was asked for has no attempt", () => {
    const request = assembled({ attempts: [], tokens: null, predicted: 40 });
    expect([request.attempts, request.counts, request.predictedTokens]).toEqual([[], null, 40]);
  });

  it("named by hand stays so, though the last decision was that no lane is left", () => {
    const decision = { decision: "manual_override" } as const;
    const completion = { decision: "no_fallback", reroute_decision: "no_fallback", err_type: "5xx" } as const;
    expect(assembled({ decision, completion, tokens: null }).pin).toBe("manual");
  });

  it("with figures that cannot be stays within what an exchange can be", () => {
    const decision = { predicted_tokens: 1e300 };
    const completion = { latency_ms: 1e300, ttft_ms: 1e300, wasted_retry_ms: 1e300 };
    const request = assembled({ decision, completion });
    expect([request.predictedTokens, request.headMs, request.serviceMs]).toEqual([1e9, 1000, 1000]);
    expect(assembled({ completion }, [0]).atMs).toBeGreaterThan((T0 - 86_401) * 1000);
  });
});
