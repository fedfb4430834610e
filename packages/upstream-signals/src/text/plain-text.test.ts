import fc from "fast-check";
import { expect, it } from "vitest";
import { plainText } from "./plain-text.ts";

it.each<[text: string | null, plain: string | null]>([
  [null, null],
  ["", null],
  [" \n\u0007 ", null],
  ["a\r\n\t b", "a b"],
  ["a\u0000b\u009bc\u007fd", "abcd"],
  ["\u001b]0;title\u0007x", "]0;titlex"],
  ["a\u202Eb\u200Bc\u2028d", "abc d"],
  ["\uD83D", null],
  ["é 限额 😀", "é 限额 😀"],
  ["x".repeat(400), "x".repeat(300)],
  [`${"x".repeat(299)}😀`, "x".repeat(299)],
  [`${"x".repeat(298)}😀`, `${"x".repeat(298)}😀`],
])("%j", (text, plain) => {
  expect(plainText(text)).toBe(plain);
});

it("leaves nothing that moves a cursor, and at most 300 characters", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 900 }), (text) => {
      const plain = plainText(text) ?? "";
      expect(plain).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\r\n]/u);
      expect(plain.length).toBeLessThanOrEqual(300);
    }),
  );
});
