import { describe, expect, it } from "vitest";
import { createGuessBook } from "./guess-book.ts";

describe("the book of guessed tokens", () => {
  it("lets five wrong ones pass, then holds each attempt longer, up to a limit", () => {
    const book = createGuessBook();
    const verdicts = Array.from({ length: 11 }, () => book.judge("a", false, 0));
    expect(verdicts.map(({ delayMs }) => delayMs)).toEqual([
      0, 0, 0, 0, 0, 250, 500, 1_000, 2_000, 2_000, 2_000,
    ]);
    expect(verdicts.filter(({ isFirstDelayed }) => isFirstDelayed)).toHaveLength(1);
  });

  it("holds a right one as long as a wrong one, and then forgets the wrong ones", () => {
    const book = createGuessBook();
    for (let guess = 0; guess < 6; guess += 1) book.judge("a", false, 0);
    expect(book.judge("a", true, 0)).toMatchObject({ right: true, delayMs: 500 });
    expect(book.judge("a", true, 0)).toMatchObject({ right: true, delayMs: 0 });
  });

  it("keeps sources apart, and forgets one that has been quiet", () => {
    const book = createGuessBook();
    for (let guess = 0; guess < 8; guess += 1) book.judge("a", false, 0);
    expect(book.judge("b", false, 0).delayMs).toBe(0);
    expect(book.judge("a", false, 599_999).delayMs).toBe(2_000);
    expect(book.judge("a", false, 1_199_999).delayMs).toBe(0);
  });

  it("stays small under any number of sources", () => {
    const book = createGuessBook();
    for (let guess = 0; guess < 6; guess += 1) book.judge("first", false, 0);
    for (let source = 0; source < 1_000; source += 1) book.judge(String(source), false, 0);
    expect(book.judge("first", false, 0).delayMs).toBe(0);
  });
});
