import { describe, expect, it } from "vitest";
import { fingerprint } from "./fingerprint.ts";

describe("fingerprint", () => {
  it("tells alike texts apart", () => {
    const texts = Array.from({ length: 50_000 }, (_, i) => `session-${i}\nglm-4.7`);
    expect(new Set(texts.map(fingerprint)).size).toBe(texts.length);
  });

  it("is a whole number of at most 53 bits, the same for the same text", () => {
    for (const text of ["", "a", "é", "x".repeat(1000), "\u{1f680}"]) {
      expect(Number.isSafeInteger(fingerprint(text))).toBe(true);
      expect(fingerprint(text)).toBe(fingerprint(`${text}`));
      expect(fingerprint(text)).toBeGreaterThanOrEqual(0);
    }
  });

  it("uses all its bits", () => {
    let seen = 0n;
    for (let i = 0; i < 200; i += 1) seen |= BigInt(fingerprint(`s${i}`));
    expect(seen).toBe(2n ** 53n - 1n);
  });
});
