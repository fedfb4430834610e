import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UsageWindow } from "./usage-window.ts";

describe("a sliding window", () => {
  it("lets tokens go one by one, and tells when it serves again", () => {
    const window = new UsageWindow({ capTokens: 100, windowMs: 1000, kind: "sliding" });
    expect(window.view(0)).toEqual({ usedTokens: 0, capTokens: 100, spent: false, resetAtMs: 1000 });
    window.add(40, 0);
    window.add(50, 100);
    expect(window.view(200)).toEqual({ usedTokens: 90, capTokens: 100, spent: false, resetAtMs: 1000 });
    window.add(60, 200);
    // 150 used: after the first 40 have left it is 110, after the next 50 it is 60.
    expect(window.view(300)).toEqual({ usedTokens: 150, capTokens: 100, spent: true, resetAtMs: 1100 });
    expect(window.view(1099)).toMatchObject({ usedTokens: 110, spent: true, resetAtMs: 1100 });
    expect(window.view(1100)).toMatchObject({ usedTokens: 60, spent: false, resetAtMs: 1200 });
    expect(window.view(1200)).toMatchObject({ usedTokens: 0, spent: false, resetAtMs: 2200 });
  });

  it("is spent until exactly the reset it tells", () => {
    const entries = fc.array(fc.record({ gap: fc.nat(400), tokens: fc.integer({ min: 1, max: 80 }) }), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(entries, (list) => {
        const window = new UsageWindow({ capTokens: 100, windowMs: 1000, kind: "sliding" });
        let now = 0;
        for (const { gap, tokens } of list) {
          now += gap;
          window.add(tokens, now);
        }
        const { spent, resetAtMs } = window.view(now);
        fc.pre(spent);
        expect(window.view(resetAtMs - 1).spent).toBe(true);
        expect(window.view(resetAtMs).spent).toBe(false);
      }),
    );
  });

  it("gives tokens back", () => {
    const window = new UsageWindow({ capTokens: 100, windowMs: 1000, kind: "sliding" });
    const refund = window.add(100, 0);
    refund(30);
    expect(window.view(1)).toMatchObject({ usedTokens: 70, spent: false });
  });
});

describe("an anchored window", () => {
  it("opens at first use and empties as a whole", () => {
    const window = new UsageWindow({ capTokens: 100, windowMs: 1000, kind: "anchored" });
    window.add(60, 500);
    window.add(60, 1400);
    expect(window.view(1499)).toEqual({ usedTokens: 120, capTokens: 100, spent: true, resetAtMs: 1500 });
    expect(window.view(1500)).toEqual({ usedTokens: 0, capTokens: 100, spent: false, resetAtMs: 2500 });
  });
});

it("refuses a cap or a length that is none", () => {
  expect(() => new UsageWindow({ capTokens: 0, windowMs: 1, kind: "sliding" })).toThrow(RangeError);
  expect(() => new UsageWindow({ capTokens: 1, windowMs: Number.NaN, kind: "sliding" })).toThrow(RangeError);
});
