import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { autoWarnPct, summarizeGaps, summarizeRatios } from "./summarize.ts";

describe("summarizeGaps", () => {
  const seed = { p50: 180, p95: 240, samples: 6 };

  it("takes median and p95", () => {
    const { p50, p95, samples } = summarizeGaps([240, 120, 180], null);
    expect([p50, samples]).toEqual([180, 3]);
    expect(p95).toBeCloseTo(234, 12);
  });

  it("knows nothing of nothing", () => {
    expect(summarizeGaps([], null)).toEqual({ p50: null, p95: null, samples: 0 });
  });

  it("shows a probe as it stands, then as so many samples at its median", () => {
    expect(summarizeGaps([], seed)).toEqual(seed);
    expect(summarizeGaps([60], seed)).toEqual({ p50: 180, p95: 180, samples: 7 });
    expect(summarizeGaps([60, 60, 60, 60, 60, 60, 60, 60], seed)).toEqual({ p50: 60, p95: 180, samples: 14 });
    expect(summarizeGaps([60], { ...seed, samples: 0 })).toEqual({ p50: 60, p95: 60, samples: 1 });
  });
});

describe("summarizeRatios", () => {
  it.each([
    [[0.6, 0.6, 0.6, 0.6, 0.6], 0.6, 5 / 9],
    [[0.6, 0.6], 0.6, 1 / 3],
    [[0.6, 0.6, 0.6, 0.6], 0.6, 0.5],
    // Quartiles 0.55 and 0.65: a spread of a sixth of the median.
    [[0.5, 0.6, 0.7], 0.6, (3 / 7) * (5 / 6)],
    // A spread wider than the median leaves nothing to trust.
    [[0.1, 0.1, 0.2, 2, 2], 0.2, 0],
  ])("%j", (samples, bias, confidence) => {
    const summary = summarizeRatios(samples);
    expect(summary.bias).toBe(bias);
    expect(summary.confidence).toBeCloseTo(confidence, 12);
    expect(summary.samples).toBe(samples.length);
  });

  it("trusts nothing without samples", () => {
    expect(summarizeRatios([])).toEqual({ bias: null, confidence: 0, samples: 0 });
  });
});

describe("autoWarnPct", () => {
  const learned = (bias: number | null, confidence: number) => ({ bias, confidence, samples: 9 });

  it.each([
    [0.8, learned(0.6, 5 / 9), 0.48],
    [0.8, learned(0.6, 1 / 3), 0.8],
    [0.8, learned(0.6, 0.5), 0.48],
    [0.8, learned(null, 0.9), 0.8],
    [0.8, learned(0.01, 0.9), 0.05],
    [0.8, learned(2, 0.9), 0.99],
    [1, learned(1, 0.9), 0.99],
    [1, learned(1, 0.4), 1],
  ])("of %d with %j is %d", (warnPct, summary, expected) => {
    expect(autoWarnPct(warnPct, summary)).toBeCloseTo(expected, 12);
  });

  it("is always a ratio to warn at", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        fc.array(fc.double({ min: 0.05, max: 20, noNaN: true })),
        (warnPct, samples) => {
          const auto = autoWarnPct(warnPct, summarizeRatios(samples));
          expect(auto > 0 && auto <= 1).toBe(true);
        },
      ),
    );
  });
});
