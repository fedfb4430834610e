import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteView, byteSet } from "./byte-view.ts";

/** Few different bytes, in runs longer and shorter than the stretch that is searched byte by byte. */
const chunks = fc.array(
  fc.tuple(fc.constantFrom(1, 2, 3), fc.nat(150)).map(([byte, length]) => new Uint8Array(length).fill(byte)),
  { maxLength: 6 },
);
const join = (list: readonly Uint8Array[]): number[] => list.flatMap((chunk) => [...chunk]);

describe("ByteView", () => {
  it("reads any position in any order", () => {
    fc.assert(
      fc.property(chunks, fc.array(fc.integer({ min: -2, max: 900 })), (list, positions) => {
        const whole = join(list);
        const view = new ByteView(list);
        expect(view.size).toBe(whole.length);
        for (const position of positions) expect(view.at(position)).toBe(whole[position] ?? -1);
      }),
    );
  });

  it("searches both ways as an array does", () => {
    fc.assert(
      fc.property(chunks, fc.constantFrom(1, 2, 3), fc.nat(900), fc.nat(900), (list, byte, from, floor) => {
        const whole = join(list);
        const view = new ByteView(list);
        const next = whole.indexOf(byte, from);
        expect(view.indexOf(byte, from)).toBe(next);
        expect(view.find(byteSet(byte), from)).toBe(next);
        const start = Math.min(from, whole.length - 1);
        const last = start < 0 ? -1 : whole.lastIndexOf(byte, start);
        expect(view.findBack(byteSet(byte), start, floor)).toBe(last >= floor ? last : -1);
      }),
    );
  });

  it("finds the nearest byte of a set", () => {
    const view = new ByteView([Uint8Array.of(9, 1), Uint8Array.of(), Uint8Array.of(2, 9)]);
    expect(view.find(byteSet(1, 2), 0)).toBe(1);
    expect(view.find(byteSet(1, 2), 2)).toBe(2);
    expect(view.find(byteSet(), 0)).toBe(-1);
    expect(view.findBack(byteSet(1, 2), 3, 0)).toBe(2);
    expect(view.findBack(byteSet(1, 2), 1, 0)).toBe(1);
  });
});
