import { type QuotasFile, toQuotaConfig } from "@ccp/usage-contract";
import { describe, expect, it } from "vitest";
import { createQuotaEngine } from "./create-quota-engine.ts";
import type { QuotaEngine, UsageRecord } from "./types.ts";

const T0 = 1_767_600_000_000;

function engineWith(file: QuotasFile): QuotaEngine {
  return createQuotaEngine({ config: toQuotaConfig(file) });
}

function record(over: Partial<UsageRecord> & { input?: number; output?: number } = {}): UsageRecord {
  const { input = 0, output = 0, ...rest } = over;
  return {
    lane: "zai",
    model: "glm-4.7",
    counts: { inputTokens: input, outputTokens: output, cacheCreationTokens: 0, cacheReadTokens: 0 },
    atMs: T0,
    wallMs: 1000,
    streamMs: 800,
    ttftMs: 200,
    localHour: 9,
    estimated: false,
    ...rest,
  };
}

describe("assess", () => {
  const file: QuotasFile = {
    models: { "glm-4.7": { provider: "zai", rolling_tokens: 1000, weekly_limit_value: 5000 } },
  };

  it("counts against both caps and names the tightest", () => {
    const engine = engineWith(file);
    engine.record(record({ input: 600, output: 150 }), T0);
    const assessment = engine.assess({ lane: "zai", model: "GLM-4-7", predicted: 100, nowMs: T0 });
    expect(assessment.binding?.name).toBe("rolling");
    expect(assessment.usedTokens).toBe(750);
    expect(assessment.headroomTokens).toBe(250);
    expect(assessment.headroomPct).toBe(0.25);
    expect(assessment.warned).toBe(false);
    expect(assessment.blocked).toBe(false);
    expect(engine.assess({ lane: "zai", model: "glm-4.7", predicted: 250, nowMs: T0 }).blocked).toBe(true);
  });
});
