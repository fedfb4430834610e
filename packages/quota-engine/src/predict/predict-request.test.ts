import { describe, expect, it } from "vitest";
import { buildCounts, buildEngine, buildRecord, T0 } from "../testing/build.ts";
import type { QuotaEngine, UsageRecord } from "../types.ts";

const ask = { lane: "zai", model: "glm-4.7", bodyBytes: 4000, maxTokens: null };

function learn(
  engine: QuotaEngine,
  counts: Parameters<typeof buildCounts>[0],
  over: Partial<UsageRecord> = {},
): void {
  engine.record(buildRecord(0, T0, { counts: buildCounts(counts), bodyBytes: 4000, ...over }), T0);
}

describe("predict", () => {
  it("starts from a quarter of a token a byte and 500 tokens of output", () => {
    expect(buildEngine().predict(ask)).toEqual({ inputTokens: 1000, outputTokens: 500, countedTokens: 1500 });
  });

  it("never expects more output than max_tokens", () => {
    expect(buildEngine().predict({ ...ask, maxTokens: 32 })).toMatchObject({
      outputTokens: 32,
      countedTokens: 1032,
    });
    expect(buildEngine().predict({ ...ask, maxTokens: 64_000 }).outputTokens).toBe(500);
  });

  it.each([0, -5, Number.NaN])("expects no input of %d bytes", (bodyBytes) => {
    expect(buildEngine().predict({ ...ask, bodyBytes }).inputTokens).toBe(0);
  });

  it("learns tokens per byte and the cached share of a model on a lane", () => {
    const engine = buildEngine();
    learn(engine, { inputTokens: 200, cacheReadTokens: 1800, outputTokens: 100 });
    expect(engine.predict(ask)).toEqual({
      inputTokens: 2000,
      outputTokens: 100,
      countedTokens: 200 + 180 + 100,
    });
    // The other lane's tokeniser counts differently: nothing is carried over.
    expect(engine.predict({ ...ask, lane: "anthropic" }).inputTokens).toBe(1000);
  });

  it("estimates a new model by what the lane's other models taught", () => {
    const engine = buildEngine();
    learn(engine, { inputTokens: 2000, outputTokens: 100 });
    expect(engine.predict({ ...ask, model: "glm-5" })).toEqual({
      inputTokens: 2000,
      outputTokens: 500,
      countedTokens: 2500,
    });
  });

  it("weighs by the model's quota on that lane", () => {
    const engine = buildEngine({
      models: { "glm-4.7": { provider: "zai", weights: { input: 2, output: 5, cache_read: 0 } } },
    });
    expect(engine.predict(ask).countedTokens).toBe(2 * 1000 + 5 * 500);
    expect(engine.predict({ ...ask, lane: "anthropic" }).countedTokens).toBe(1500);
    learn(engine, { inputTokens: 500, cacheReadTokens: 500, outputTokens: 100 });
    expect(engine.predict(ask).countedTokens).toBe(2 * 500 + 5 * 100);
  });

  it("expects the p75 of the last 64 outputs", () => {
    const engine = buildEngine();
    for (const outputTokens of [100, 200, 300, 400]) learn(engine, { outputTokens });
    expect(engine.predict(ask).outputTokens).toBe(325);
    for (let i = 0; i < 64; i += 1) learn(engine, { outputTokens: 50 });
    expect(engine.predict(ask).outputTokens).toBe(50);
  });

  it("follows a change of tokeniser", () => {
    const engine = buildEngine();
    for (let i = 0; i < 200; i += 1) learn(engine, { inputTokens: 1000 });
    for (let i = 0; i < 200; i += 1) learn(engine, { inputTokens: 2000 });
    expect(engine.predict(ask).inputTokens).toBe(2000);
  });

  it("learns nothing from an estimate, nor from an answer whose size is not known", () => {
    const engine = buildEngine();
    learn(engine, { inputTokens: 9000, outputTokens: 9000 }, { estimated: true });
    expect(engine.predict(ask)).toEqual({ inputTokens: 1000, outputTokens: 500, countedTokens: 1500 });
    engine.record(buildRecord(9000, T0), T0);
    expect(engine.predict(ask).inputTokens).toBe(1000);
  });
});

describe("predict for a lane whose cache is cold", () => {
  it("counts as plain input what would have been read from the cache", () => {
    const engine = buildEngine();
    learn(engine, { inputTokens: 100, cacheReadTokens: 1800, cacheCreationTokens: 100, outputTokens: 100 });
    expect(engine.predict(ask).countedTokens).toBe(100 + 180 + 100 + 100);
    expect(engine.predict({ ...ask, cacheWarm: true })).toEqual(engine.predict(ask));
    expect(engine.predict({ ...ask, cacheWarm: false })).toEqual({
      inputTokens: 2000,
      outputTokens: 100,
      countedTokens: 2000 + 100,
    });
  });

  it("weighs it as the model's quota weighs input", () => {
    const engine = buildEngine({
      models: { "glm-4.7": { provider: "zai", weights: { input: 2, cache_read: 0, cache_creation: 4 } } },
    });
    learn(engine, { inputTokens: 100, cacheReadTokens: 1800, cacheCreationTokens: 100 });
    expect(engine.predict({ ...ask, cacheWarm: false }).countedTokens).toBe(2 * 1900 + 4 * 100);
  });

  it("is no other than for a warm one where nothing of a cache was seen", () => {
    const engine = buildEngine();
    expect(engine.predict({ ...ask, cacheWarm: false })).toEqual(engine.predict(ask));
    learn(engine, { inputTokens: 2000, outputTokens: 100 });
    expect(engine.predict({ ...ask, cacheWarm: false })).toEqual(engine.predict(ask));
  });
});
