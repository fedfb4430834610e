import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hash64 } from "./hash64.ts";
import { createMintBook } from "./mint-book.ts";

describe("createMintBook", () => {
  it("repeats the documented example", () => {
    const book = createMintBook({ capacity: 20_000 });
    book.note("zai", "sig-1");
    expect(book.lanesOf("sig-1")).toEqual(["zai"]);
    expect(book.lanesOf("sig-2")).toBeNull();
    expect(book.size).toBe(1);
  });

  it("remembers each lane that minted the same, and keeps nothing beyond ASCII", () => {
    const book = createMintBook({ capacity: 5 });
    book.note("zai", "a");
    book.note("kimi", "a");
    book.note("zai", "a");
    book.note("kimi", "é");
    book.noteOnly("kimi", "é");
    book.note("kimi", "");
    expect(["a", "é", ""].map((mint) => book.lanesOf(mint))).toEqual([["zai", "kimi"], null, null]);
    expect([book.size, book.noted]).toEqual([1, 3]);
    expect([book.hasOthers("zai"), book.hasOthers("kimi"), book.hasOthers("x")]).toEqual([
      false,
      false,
      true,
    ]);
  });

  it("takes a mint for one lane's alone where it is told so, until another mints it again", () => {
    const book = createMintBook({ capacity: 5 });
    book.note("zai", "a");
    book.noteOnly("?", "a");
    expect([book.lanesOf("a"), book.hasOthers("zai"), book.hasOthers("?")]).toEqual([["?"], true, false]);
    book.note("zai", "a");
    expect([book.lanesOf("a"), book.hasOthers("zai")]).toEqual([["?", "zai"], false]);
  });

  it("forgets what was longest not noted nor asked for", () => {
    const book = createMintBook({ capacity: 3 });
    for (const mint of ["a", "b", "c"]) book.note("x", mint);
    book.lanesOf("a");
    book.note("x", "b");
    book.note("x", "d");
    expect(["a", "b", "c", "d"].map((mint) => book.lanesOf(mint))).toEqual([["x"], ["x"], null, ["x"]]);
    expect(book.size).toBe(3);
  });

  it("forgets in the same order as a plain list would", () => {
    const mint = fc.integer({ min: 0, max: 12 }).map(String);
    const step = fc.tuple(fc.constantFrom("note", "ask", "restore"), mint);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), fc.integer({ min: 1, max: 6 }), (steps, capacity) => {
        const book = createMintBook({ capacity });
        let list: string[] = [];
        for (const [kind, name] of steps) {
          if (kind === "restore") book.restore(book.snapshot());
          else if (kind === "note") book.note("x", name);
          else expect(book.lanesOf(name) !== null).toBe(list.includes(name));
          if (kind === "note" || (kind === "ask" && list.includes(name)))
            list = [...list.filter((other) => other !== name), name].slice(-capacity);
          expect(book.snapshot().marks).toEqual(list.map((other) => `${hash64(other)}0`));
        }
      }),
    );
  });

  it("tells whether other lanes have minted, through forgetting and restoring", () => {
    const book = createMintBook({ capacity: 2 });
    expect(book.hasOthers("zai")).toBe(false);
    book.note("zai", "a");
    book.note("zai", "b");
    expect([book.hasOthers("zai"), book.hasOthers("kimi")]).toEqual([false, true]);
    book.note("kimi", "b");
    expect(book.hasOthers("zai")).toBe(false);
    book.note("kimi", "c");
    expect([book.hasOthers("zai"), book.hasOthers("kimi")]).toEqual([true, false]);
    const other = createMintBook({ capacity: 5 });
    other.note("zai", "z");
    other.restore(book.snapshot());
    expect([other.hasOthers("kimi"), other.hasOthers("zai")]).toEqual([false, true]);
  });

  it.each([0, -1, 1.5, Number.NaN])("takes a capacity of %d for a caller's mistake", (capacity) => {
    expect(() => createMintBook({ capacity })).toThrow(
      new RangeError(`capacity must be a positive integer, not ${capacity}`),
    );
  });
});

describe("a snapshot", () => {
  it("is plain JSON without ids, and is taken up where it was left", () => {
    const book = createMintBook({ capacity: 3 });
    book.note("zai", "sig-secret");
    book.note("anthropic", "toolu_1");
    book.note("zai", "toolu_2");
    book.note("anthropic", "toolu_2");
    const snapshot = book.snapshot();
    expect(snapshot).toEqual({
      version: 1,
      lanes: ["zai", "anthropic"],
      marks: [
        `${hash64("sig-secret")}0`,
        `${hash64("toolu_1")}1`,
        `${hash64("toolu_2")}0`,
        `${hash64("toolu_2")}1`,
      ],
    });
    const next = createMintBook({ capacity: 3 });
    next.note("kimi", "gone");
    next.restore(JSON.parse(JSON.stringify(snapshot)));
    expect(next.snapshot()).toEqual(snapshot);
    next.note("x", "new");
    expect(["sig-secret", "toolu_1", "toolu_2", "gone"].map((mint) => next.lanesOf(mint))).toEqual([
      null,
      ["anthropic"],
      ["zai", "anthropic"],
      null,
    ]);
  });

  it("of a larger book leaves the newest", () => {
    const large = createMintBook({ capacity: 9 });
    for (const mint of ["a", "b", "c"]) large.note("x", mint);
    const small = createMintBook({ capacity: 2 });
    small.restore(large.snapshot());
    expect(["a", "b", "c"].map((mint) => small.lanesOf(mint))).toEqual([null, ["x"], ["x"]]);
  });

  it("that is none is as an empty one, bad marks are passed over", () => {
    const book = createMintBook({ capacity: 9 });
    fc.assert(
      fc.property(fc.anything(), (anything) => {
        book.note("x", "a");
        book.restore(anything);
        expect(book.size).toBe(0);
      }),
    );
    const good = hash64("a");
    book.restore({
      version: 1,
      lanes: ["x", 5],
      marks: [7, `${good}0`, `${good}1`, `${good}2`, "zz0", `${good}`],
    });
    expect([book.size, book.lanesOf("a")]).toEqual([1, ["x"]]);
  });
});

describe("hash64", () => {
  it("is the same in every process", () => {
    expect(["", "a", "toolu_01", "é😀"].map(hash64)).toMatchInlineSnapshot(`
      [
        "66ae12a289495488",
        "c1b80b84fe51499c",
        "0e463ed1fc372c74",
        "1ed2cbac31e0eea2",
      ]
    `);
  });

  it("tells texts apart that differ by little", () => {
    const hashes = new Set<string>();
    for (let i = 0; i < 50_000; i += 1) hashes.add(hash64(`toolu_${i}`));
    expect(hashes.size).toBe(50_000);
  });
});
