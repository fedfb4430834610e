import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Sketch } from "./sketch.ts";

function sketchOf(values: readonly number[]): Sketch {
  const sketch = new Sketch();
  for (const value of values) sketch.add(value);
  return sketch;
}

const times = fc.array(
  fc.double({ min: 0, max: 600_000, noNaN: true }).map((ms) => Math.round(ms * 1000) / 1000),
  {
    maxLength: 120,
  },
);

describe("a sketch", () => {
  it("is exact while it holds few values", () => {
    const sketch = sketchOf([300, 100]);
    expect([0, 0.5, 0.9, 1].map((share) => sketch.quantile(share))).toEqual([100, 200, 280, 300]);
    expect(new Sketch().quantile(0.5)).toBeNull();
  });

  it("is right within one percent when it holds many", () => {
    const sketch = sketchOf(Array.from({ length: 10_000 }, (_, i) => i + 1));
    for (const share of [0.1, 0.5, 0.9, 0.99]) {
      const found = sketch.quantile(share) ?? 0;
      expect(Math.abs(found / (1 + share * 9999) - 1)).toBeLessThan(0.0105);
    }
    expect(sketch.toText().length).toBeLessThan(4000);
  });

  it("passes over what is no time", () => {
    expect(sketchOf([Number.NaN, -1, Number.POSITIVE_INFINITY]).count).toBe(0);
    expect(Sketch.fromText("x 1:y 3:0 -4 1.5:2").count).toBe(0);
  });

  it("comes to the same by any merges and any texts between", () => {
    fc.assert(
      fc.property(times, times, times, (a, b, c) => {
        const whole = sketchOf([...a, ...b, ...c]);
        const merged = Sketch.fromText(sketchOf(c).toText());
        const others = sketchOf(b);
        others.merge(sketchOf(a));
        merged.merge(Sketch.fromText(others.toText()));
        expect(merged.toText()).toBe(whole.toText());
        expect(merged.count).toBe(a.length + b.length + c.length);
      }),
    );
  });
});
