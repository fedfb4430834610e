import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitLines } from "./split-lines.ts";

async function split(chunks: readonly Uint8Array[]) {
  const lines: string[] = [];
  let read = 0;
  async function* source() {
    yield* chunks;
  }
  for await (const batch of splitLines(source())) {
    lines.push(...batch.lines);
    read = batch.bytes;
  }
  return { lines, read };
}

const bytes = (text: string) => new TextEncoder().encode(text);

describe("splitLines", () => {
  it("finds the same lines wherever the stream is cut, within characters too", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 40 })), async (cuts) => {
        const whole = bytes('{"a":1}\n\nüñ–🙂\r\nlast');
        const at = [...cuts.map((cut) => cut % whole.length), 0, whole.length].sort((a, b) => a - b);
        const chunks = at.slice(1).map((end, index) => whole.subarray(at[index], end));
        const { lines, read } = await split(chunks);
        expect(lines).toEqual(['{"a":1}', "", "üñ–🙂\r", "last"]);
        expect(read).toBe(whole.length);
      }),
    );
  });

  it("has no line in nothing, and none after the last line end", async () => {
    expect((await split([])).lines).toEqual([]);
    expect((await split([bytes("a\n")])).lines).toEqual(["a"]);
  });

  it("hands over a line that is no event cut, and finds the next one", async () => {
    const mebibyte = new Uint8Array(1024 * 1024).fill(0x61);
    const { lines } = await split([mebibyte, mebibyte, bytes("\nnext\n")]);
    expect(lines.map((line) => line.length)).toEqual([1024 * 1024, 4]);
  });
});
