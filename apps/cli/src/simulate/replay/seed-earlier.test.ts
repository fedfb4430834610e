import { createQuotaEngine } from "@ccp/quota-engine";
import { type QuotasFile, toQuotaConfig } from "@ccp/usage-contract";
import { describe, expect, it } from "vitest";
import { seedEarlier } from "./seed-earlier.ts";
import { createWeightsOf } from "./weights-of.ts";

/** In the middle of every part that a window is counted in. */
const T0 = 1_800_000_123_456;
const HOUR = 3_600_000;

function seeded(usage: { rollingTokens: number; weeklyTokens: number; seenMs?: number }, weights = {}) {
  const file: QuotasFile = { models: { m: { provider: "zai", rolling_tokens: 1e12, weights } } };
  const config = toQuotaConfig(file);
  const engine = createQuotaEngine({ config });
  const earlier = { lane: "zai", model: "m", seenMs: T0, ...usage };
  seedEarlier(engine, [earlier], createWeightsOf(config), config.rollingMs, T0);
  const used = (atMs: number) => {
    const { rolling, weekly } = engine.assess({ lane: "zai", model: "m", predicted: 0, nowMs: atMs });
    return [rolling.usedTokens, weekly.usedTokens];
  };
  return used;
}

describe("seedEarlier", () => {
  it("fills both windows as they were, and empties them in turn", () => {
    const used = seeded({ rollingTokens: 800, weeklyTokens: 5000 });
    expect(used(T0)).toEqual([800, 5000]);
    expect(used(T0 + 6 * HOUR)).toEqual([0, 5000]);
    expect(used(T0 + 164 * HOUR)).toEqual([0, 800]);
    expect(used(T0 + 169 * HOUR)).toEqual([0, 0]);
  });

  it("leaves the rolling window empty for a model that comes after its length", () => {
    expect(seeded({ rollingTokens: 800, weeklyTokens: 5000, seenMs: T0 + 6 * HOUR })(T0)).toEqual([0, 4200]);
  });

  it("counts in the quota's own weights, and nothing where no class has one", () => {
    expect(seeded({ rollingTokens: 800, weeklyTokens: 800 }, { input: 4 })(T0)).toEqual([800, 800]);
    expect(seeded({ rollingTokens: 800, weeklyTokens: 800 }, { input: 0, output: 2 })(T0)).toEqual([
      800, 800,
    ]);
    expect(seeded({ rollingTokens: 800, weeklyTokens: 800 }, { input: 0, output: 0 })(T0)).toEqual([0, 0]);
  });

  it("takes more than one answer can hold, and ends at what no window can", () => {
    expect(seeded({ rollingTokens: 25_000_000, weeklyTokens: 25_000_000 })(T0)).toEqual([25e6, 25e6]);
    expect(seeded({ rollingTokens: 1e300, weeklyTokens: 1e300 })(T0)).toEqual([1e11, 1e11]);
  });
});
