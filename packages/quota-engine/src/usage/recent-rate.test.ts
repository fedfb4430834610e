import { toQuotaConfig } from "@ccp/usage-contract";
import { describe, expect, it } from "vitest";
import { createQuotaEngine } from "../create-quota-engine.ts";

const MINUTE = 60_000;
const START = 1_800_000_000_000;
const config = toQuotaConfig({ models: { "glm-5": { provider: "zai", rolling_tokens: 1_000_000 } } });

/** 1,000 counted tokens at each of these minutes, seen at `atMinute`. */
function rateAt(atMinute: number, ...minutes: number[]): unknown {
  const engine = createQuotaEngine({ config });
  for (const minute of minutes) {
    const atMs = START + minute * MINUTE;
    const counts = { inputTokens: 900, outputTokens: 90, cacheCreationTokens: 0, cacheReadTokens: 100 };
    engine.record(
      {
        lane: "zai",
        model: "glm-5",
        counts,
        atMs,
        wallMs: 0,
        streamMs: 0,
        ttftMs: null,
        localHour: 0,
        estimated: false,
      },
      atMs,
    );
  }
  const marks = { cooldownActive: false, cooldownNextTs: null };
  return engine.modelUsage("glm-5", marks, START + atMinute * MINUTE).rate_15m_tokens_per_min;
}

describe("the rate of the last 15 minutes", () => {
  it.each([
    ["nothing at all", [10], 0],
    ["idle for longer", [40, 0, 1, 2, 3], 0],
    ["too few requests", [10, 0, 9], null],
    ["too short a time", [4, 0, 1, 2, 3], null],
    ["from the first request on", [10, 0, 4, 9], 300],
    ["over 15 minutes, older ones left out", [60, 0, 50, 55, 59], 200],
  ])("%s", (_name, [at = 0, ...minutes], expected) => {
    expect(rateAt(at, ...minutes)).toBe(expected);
  });
});
