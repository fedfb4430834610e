import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { type QuotasFile, QuotasFileSchema, toQuotaConfig } from "./quotas-file.ts";

const haiku = { provider: "zai", rolling_tokens: 2_000_000, weekly_limit_value: 20_000_000 };

function read(value: unknown): QuotasFile {
  return v.parse(QuotasFileSchema, value);
}

describe("toQuotaConfig", () => {
  it("fills in every default", () => {
    expect(toQuotaConfig(read({ models: { "claude-haiku-4.5": haiku } }))).toEqual({
      rollingMs: 18_000_000,
      weeklyMs: 604_800_000,
      preemptAt: "block",
      dwellSec: 300,
      pools: [],
      models: [
        {
          key: "claude-haiku-4.5",
          lane: "zai",
          rollingTokens: 2_000_000,
          rollingKind: "sliding",
          weeklyLimitType: "tokens",
          weeklyLimitValue: 20_000_000,
          weeklyKind: "sliding",
          weeklyAnchor: null,
          warnPct: 0.8,
          weights: { input: 1, output: 1, cacheCreation: 1, cacheRead: 0.1 },
          reserve: { subagent: 0, background: 0 },
        },
      ],
    });
  });

  it("takes an empty file as no quotas", () => {
    expect(toQuotaConfig(read({})).models).toEqual([]);
  });

  it("reads what the file says", () => {
    const config = toQuotaConfig(
      read({
        windows: { rolling_seconds: 60, weekly_seconds: 3600 },
        preempt_at: "warn",
        dwell_sec: 0,
        pools: {
          plan: {
            provider: "anth",
            models: ["claude-*"],
            rolling_kind: "anchored",
            weekly_kind: "fixed",
            weekly_anchor: "Mon 09:30",
            weekly_limit_type: "hours",
            warn_pct: 1,
            weights: { cache_read: 0 },
            reserve: { background: 0.25 },
          },
        },
      }),
    );
    expect([config.rollingMs, config.weeklyMs]).toEqual([60_000, 3_600_000]);
    expect([config.preemptAt, config.dwellSec]).toEqual(["warn", 0]);
    expect(config.pools[0]).toEqual({
      name: "plan",
      models: ["claude-*"],
      lane: "anthropic",
      rollingTokens: null,
      rollingKind: "anchored",
      weeklyLimitType: "hours",
      weeklyLimitValue: null,
      weeklyKind: "fixed",
      weeklyAnchor: { weekday: 1, hour: 9, minute: 30 },
      warnPct: 1,
      weights: { input: 1, output: 1, cacheCreation: 1, cacheRead: 0 },
      reserve: { subagent: 0, background: 0.25 },
    });
  });
});

describe("QuotasFileSchema", () => {
  it.each([
    ["a cap of zero", { models: { m: { ...haiku, rolling_tokens: 0 } } }],
    ["an infinite cap", { models: { m: { ...haiku, rolling_tokens: Number.POSITIVE_INFINITY } } }],
    ["a cap as text", { models: { m: { ...haiku, rolling_tokens: "2000000" } } }],
    ["a missing provider", { models: { m: {} } }],
    ["a misspelt key", { models: { m: { ...haiku, rolling_token: 1 } } }],
    ["a warn threshold in percent", { models: { m: { ...haiku, warn_pct: 80 } } }],
    ["an anchor without a time", { models: { m: { ...haiku, weekly_anchor: "mon" } } }],
    ["an hour that does not exist", { models: { m: { ...haiku, weekly_anchor: "mon 24:00" } } }],
    ["a pool without models", { pools: { p: { ...haiku, models: [] } } }],
    ["a window of no length", { windows: { rolling_seconds: 0 } }],
    ["a preempt point nobody knows", { preempt_at: "cap" }],
    ["a share in percent", { models: { m: { ...haiku, reserve: { subagent: 10 } } } }],
    ["a share below nothing", { pools: { p: { ...haiku, models: ["m"], reserve: { background: -0.1 } } } }],
    ["a reserve for the main agent", { models: { m: { ...haiku, reserve: { main: 0.1 } } } }],
    ["a dwell that never ends", { dwell_sec: Number.POSITIVE_INFINITY }],
    ["a window of thirty thousand years", { windows: { rolling_seconds: 1e12 } }],
    ["a window in milliseconds", { windows: { weekly_seconds: 604_800_000 } }],
    ["a window of less than nothing", { windows: { weekly_seconds: -5 } }],
    ["a window of a fraction", { windows: { rolling_seconds: 0.5 } }],
    ["a cap of a fraction", { models: { m: { ...haiku, rolling_tokens: 0.5 } } }],
    ["a cap that no plan has", { models: { m: { ...haiku, rolling_tokens: 1e300 } } }],
    ["a weight that overflows", { models: { m: { ...haiku, weights: { input: 1e308 } } } }],
    ["a weight that takes away", { models: { m: { ...haiku, weights: { output: -1 } } } }],
    ["no number", { models: { m: { ...haiku, warn_pct: Number.NaN } } }],
    ["a dwell in milliseconds", { dwell_sec: 300_000 }],
    ["text", "models"],
  ])("refuses %s", (_, value) => expect(v.safeParse(QuotasFileSchema, value).success).toBe(false));
});
