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
    expect(buildEngine().predict(ask)).toEqual({
      inputTokens: 1000,
      leastInputTokens: 500,
      outputTokens: 500,
      countedTokens: 1500,
    });
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
      leastInputTokens: 1000,
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
      leastInputTokens: 1000,
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
    expect(engine.predict(ask)).toEqual({
      inputTokens: 1000,
      leastInputTokens: 500,
      outputTokens: 500,
      countedTokens: 1500,
    });
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
      leastInputTokens: 1000,
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

describe("predict with pictures and documents", () => {
  const media = { bytes: 800_000, tokens: 2765, leastTokens: 800, elsewhere: 0 };

  it("takes text by its bytes and media by what they are said to take", () => {
    expect(buildEngine().predict({ ...ask, bodyBytes: 804_000, media })).toMatchObject({
      inputTokens: 1000 + 2765,
      leastInputTokens: 500 + 800,
    });
  });

  it("learns of the text alone (four screenshots made 40 kB of text 83 tokens)", () => {
    const engine = buildEngine();
    for (let i = 0; i < 4; i += 1)
      learn(engine, { inputTokens: 1660 }, { bodyBytes: 800_300, media: { ...media, tokens: 1600 } });
    expect(engine.predict({ ...ask, bodyBytes: 40_000 }).inputTokens).toBe(10_000);
    learn(engine, { inputTokens: 21_600 }, { bodyBytes: 840_000, media: { ...media, tokens: 1600 } });
    expect(engine.predict({ ...ask, bodyBytes: 40_000 }).inputTokens).toBe(20_000);
  });

  it("learns nothing from a request whose file lies elsewhere", () => {
    const engine = buildEngine();
    learn(engine, { inputTokens: 2000 }, { media: { bytes: 0, tokens: 0, leastTokens: 0, elsewhere: 1 } });
    expect(engine.predict(ask).inputTokens).toBe(1000);
  });
});

describe("predict after an answer that cannot be", () => {
  const later = { ...ask, bodyBytes: 40_000 };

  it.each([
    ["300 bytes that took 150,000 tokens", { inputTokens: 150_000 }, 300, 12_000],
    ["a megabyte that took 12", { inputTokens: 12 }, 1_000_000, 10_000],
  ])("learns nothing of bytes from %s", (_what, counts, bodyBytes, expected) => {
    const engine = buildEngine();
    learn(engine, counts, { bodyBytes });
    expect(engine.predict(later)).toMatchObject({ inputTokens: expected, leastInputTokens: 5000 });
    expect(engine.predict({ ...later, model: "glm-5" }).inputTokens).toBe(10_000);
  });

  it("expects what bytes do not explain only where it is the rule, and refuses nothing for it", () => {
    const engine = buildEngine();
    for (let i = 0; i < 2; i += 1) learn(engine, { inputTokens: 150_000 }, { bodyBytes: 300 });
    expect(engine.predict(later).inputTokens).toBe(12_000);
    for (let i = 0; i < 8; i += 1) learn(engine, { inputTokens: 600 }, { bodyBytes: 200 });
    expect(engine.predict({ ...ask, bodyBytes: 200 })).toMatchObject({
      inputTokens: 600,
      leastInputTokens: 25,
    });
    for (let i = 0; i < 20; i += 1) learn(engine, { inputTokens: 1000 });
    expect(engine.predict({ ...ask, bodyBytes: 200 }).inputTokens).toBe(50);
  });

  it("is moved little by an odd one among many, and forgets it", () => {
    const engine = buildEngine();
    for (let i = 0; i < 6; i += 1) learn(engine, { inputTokens: 1000 });
    learn(engine, { inputTokens: 4000 });
    expect(engine.predict(later)).toMatchObject({ inputTokens: 10_000, leastInputTokens: 7500 });
  });

  it("never expects more than a window takes of one answer", () => {
    expect(buildEngine().predict({ ...ask, bodyBytes: 1e9 }).inputTokens).toBe(10_000_000);
  });
});

describe("predict of an input that is named", () => {
  it("believes it, whatever was learned of bytes", () => {
    const engine = buildEngine();
    for (let i = 0; i < 5; i += 1)
      learn(engine, { inputTokens: 200, cacheReadTokens: 1800, outputTokens: 7 });
    const named = { ...ask, bodyBytes: 0, inputTokens: 12_345 };
    expect(engine.predict({ ...named, uncached: true })).toEqual({
      inputTokens: 12_345,
      leastInputTokens: 12_345,
      outputTokens: 7,
      countedTokens: 12_352,
    });
    // A whole conversation is cached as conversations are.
    expect(engine.predict(named).countedTokens).toBe(Math.ceil(1234.5 + 1234.5 * 0.9 + 7 - 0.45));
  });

  it.each([Number.NaN, -4, Number.POSITIVE_INFINITY])("takes %d for none", (inputTokens) => {
    expect(buildEngine().predict({ ...ask, inputTokens }).inputTokens).toBe(0);
  });
});

describe("a saved state that an odd answer spoilt", () => {
  it.each([
    ["a mean of an older state", { tokensPerByte: 500 }],
    ["recent values", { perByte: [500, 433, 1e300, -1, 0] }],
  ])("heals when it is read: %s", (_what, spoilt) => {
    const engine = buildEngine();
    learn(engine, { inputTokens: 1000, outputTokens: 9 });
    const saved = JSON.parse(JSON.stringify(engine.snapshot()));
    const { perByte: _, ...predictor } = saved.models[0].meters[0].predictor;
    saved.models[0].meters[0].predictor = { ...predictor, ...spoilt };
    saved.lanes[0] = { ...saved.lanes[0], perByte: undefined, ...spoilt };
    const restored = buildEngine();
    expect(restored.restore(saved, T0)).toMatchObject({ restored: true });
    expect(restored.predict({ ...ask, bodyBytes: 40_000 })).toMatchObject({
      inputTokens: 10_000,
      outputTokens: 9,
    });
  });

  it("goes on with a plausible mean of an older state, and with its own values", () => {
    const engine = buildEngine();
    learn(engine, { inputTokens: 2000 });
    const saved = JSON.parse(JSON.stringify(engine.snapshot()));
    const restored = buildEngine();
    restored.restore(saved, T0);
    expect(restored.predict(ask).inputTokens).toBe(2000);
    const { perByte: _, ...predictor } = saved.models[0].meters[0].predictor;
    saved.models[0].meters[0].predictor = { ...predictor, tokensPerByte: 0.3 };
    restored.restore(saved, T0);
    expect(restored.predict(ask).inputTokens).toBe(1200);
  });
});
