import type { IncomingMessage } from "node:http";
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { type BodyRead, readBody } from "./read-body.ts";

async function readPieces(pieces: readonly Buffer[]): Promise<Extract<BodyRead, { kind: "read" }>> {
  const source = Object.assign(new PassThrough(), { headers: {} });
  const budget = { heldBytes: 0, maxBytes: 1_000_000 };
  const reading = readBody(source as unknown as IncomingMessage, 1_000_000, budget);
  // Each as an event of its own, as a parser gives the chunks of a body.
  for (const piece of pieces) source.emit("data", piece);
  source.end();
  source.resume();
  const read = await reading;
  if (read.kind !== "read") throw new Error(`not read: ${read.kind}`);
  expect(budget.heldBytes).toBe(read.bytes);
  return read;
}

describe("readBody", () => {
  it("keeps a body of very many pieces in few, and in order", async () => {
    const text = Array.from({ length: 100_000 }, (_, index) => String(index % 10)).join("");
    const read = await readPieces([...text].map((each) => Buffer.from(each)));
    expect(Buffer.concat(read.chunks).toString()).toBe(text);
    expect(read.chunks.length).toBeLessThan(70);
    // What is held is what was charged, and the rest of one slab.
    const slabs = new Set(read.chunks.map(({ buffer }) => buffer));
    const held = [...slabs].reduce((sum, { byteLength }) => sum + byteLength, 0);
    expect(held - read.bytes).toBeLessThan(100_000);
  });

  it("does not hold a slab for each small piece between larger ones", async () => {
    const large = Buffer.alloc(5_000, "a");
    const pieces = Array.from({ length: 150 }, (_, index) => (index % 2 === 0 ? large : Buffer.from("b")));
    const read = await readPieces(pieces);
    expect(Buffer.concat(read.chunks).equals(Buffer.concat(pieces))).toBe(true);
    expect(
      new Set(
        read.chunks
          .filter(({ length }) => length < 5_000)
          .slice(40)
          .map(({ buffer }) => buffer),
      ).size,
    ).toBe(1);
  });

  it("hands the pieces of any other body on as they came", async () => {
    const pieces = ["one", "two", "three"].map((each) => Buffer.from(each));
    expect((await readPieces(pieces)).chunks).toEqual(pieces);
  });
});
