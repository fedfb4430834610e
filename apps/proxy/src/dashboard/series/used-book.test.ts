import { describe, expect, it } from "vitest";
import { CELL_SEC, cellOf } from "./ring.ts";
import { UsedBook } from "./used-book.ts";

const T = 1_800_000_000;
const at = (cells: number): number => T + cells * CELL_SEC;

function noted(shares: readonly [cells: number, usedPct: number | null, resetTs?: number][]): UsedBook {
  const book = new UsedBook();
  for (const [cells, usedPct, resetTs] of shares)
    book.note({ lane: "zai", window: "5h", usedPct, resetTs: resetTs ?? null }, at(cells));
  return book;
}
const shares = (book: UsedBook, length: number): (number | null)[] =>
  Array.from({ length }, (_, cell) => book.share("zai", "5h", cellOf(T) + cell));

describe("UsedBook", () => {
  it("keeps the highest share of each five minutes", () => {
    expect(
      shares(
        noted([
          [0, 0.2],
          [0.1, 0.4],
          [0.2, 0.3],
          [1, 0.31],
        ]),
        3,
      ),
    ).toEqual([0.4, 0.31, null]);
  });

  it("bridges a short pause of the sampler, and shows a long one as a gap", () => {
    expect(
      shares(
        noted([
          [0, 0.2],
          [3, 0.5],
        ]),
        4,
      ),
    ).toEqual([0.2, 0.2, 0.2, 0.5]);
    expect(
      shares(
        noted([
          [0, 0.2],
          [6, 0.5],
        ]),
        7,
      ),
    ).toEqual([0.2, null, null, null, null, null, 0.5]);
    expect(
      shares(
        noted([
          [0, 0.2],
          [1, null],
          [2, 0.5],
        ]),
        3,
      ),
    ).toEqual([0.2, null, 0.5]);
  });

  it("notes a reset at its declared time, else when it was seen", () => {
    expect(
      noted([
        [0, 0.9, at(1.5)],
        [2, 0.01],
      ]).resets("zai", "5h", T),
    ).toEqual([at(1.5)]);
    expect(
      noted([
        [0, 0.9],
        [2, 0.01],
      ]).resets("zai", "5h", T),
    ).toEqual([at(2)]);
    expect(
      noted([
        [0, 0.9],
        [2, 0.01],
      ]).resets("zai", "5h", at(3)),
    ).toEqual([]);
  });

  it("takes a sliding window that empties slowly for none", () => {
    expect(
      noted([
        [0, 0.9],
        [1, 0.7],
        [2, 0.5],
      ]).resets("zai", "5h", T),
    ).toEqual([]);
    expect(
      noted([
        [0, 0.04],
        [1, 0],
      ]).resets("zai", "5h", T),
    ).toEqual([]);
  });

  it("takes in what was before it, and keeps what it has noted itself", () => {
    const book = noted([
      [4, 0.9],
      [5, 0.1],
    ]);
    book.fill("zai", "5h", [
      { ts: at(0), usedPct: 0.8 },
      { ts: at(1), usedPct: 0.2 },
      { ts: at(3), usedPct: null },
      { ts: at(4), usedPct: 0.3 },
    ]);
    expect(shares(book, 6)).toEqual([0.8, 0.2, null, null, 0.9, 0.1]);
    expect(book.resets("zai", "5h", T)).toEqual([at(1), at(5)]);
  });

  it("forgets what is older than a week", () => {
    const book = noted([
      [0, 0.9],
      [2_100, 0.1],
    ]);
    expect(book.share("zai", "5h", cellOf(T))).toBeNull();
    expect(book.windows("zai")).toEqual(["5h"]);
    expect(book.windows("none")).toEqual([]);
  });
});
