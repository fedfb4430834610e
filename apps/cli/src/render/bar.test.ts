import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { barText, sparkText } from "./bar.ts";
import { textWidth } from "./text-width.ts";

const bar = (ratio: number | null, elapsed: number | null = null, ascii = false) =>
  barText({ ratio, elapsed, width: 8, ascii });

describe("barText", () => {
  it.each([
    [null, "?       ", "?       "],
    [0, "        ", "--------"],
    [0.001, "▏       ", "#-------"],
    [0.125, "█       ", "#-------"],
    [0.5, "████    ", "####----"],
    [0.62, "████▉   ", "#####---"],
    [1, "████████", "########"],
    [1.5, "████████", "########"],
    [-1, "        ", "--------"],
  ])("%s -> %s", (ratio, unicode, ascii) => {
    expect(bar(ratio)).toBe(unicode);
    expect(bar(ratio, null, true)).toBe(ascii);
  });

  it("puts the tick where an even pace would stand, inside the bar as well as behind it", () => {
    expect(bar(0.25, 0.5)).toBe("██  ╎   ");
    expect(bar(0.9, 0.5)).toBe("████╎██▏");
    expect(bar(0.25, 1)).toBe("██     ╎");
    expect(bar(0.25, 0, true)).toBe("|#------");
  });

  it("is always as wide as asked", () => {
    const ratio = fc.option(fc.double({ min: -2, max: 3, noNaN: true }));
    const elapsed = fc.option(fc.double({ min: 0, max: 1, noNaN: true }));
    fc.assert(
      fc.property(ratio, elapsed, fc.integer({ min: 1, max: 60 }), fc.boolean(), (r, e, width, ascii) => {
        expect(textWidth(barText({ ratio: r, elapsed: e, width, ascii }))).toBe(width);
      }),
    );
  });
});

describe("sparkText", () => {
  it("scales to the largest and leaves gaps for unknown values", () => {
    expect(sparkText([0, 35, null, 70], false)).toBe("▁▅ █");
    expect(sparkText([0, 35, null, 70], true)).toBe("_+ #");
    expect(sparkText([0, 0], false)).toBe("▁▁");
    expect(sparkText([null], false)).toBe(" ");
  });
});
