import { describe, expect, it } from "vitest";
import { streamDelta } from "../mock-answer.ts";
import { createStampReader } from "./stamp-reader.ts";

describe("createStampReader", () => {
  it.each([1, 5, 17, 64, 10_000])("finds each time in reads of %d bytes", (pieceLength) => {
    const stream = streamDelta("@0000000000000042 some words") + streamDelta("@1234567890123456 more");
    const found: number[] = [];
    const reader = createStampReader((writtenUs) => found.push(writtenUs));
    for (let at = 0; at < stream.length; at += pieceLength) {
      reader.push(Buffer.from(stream.slice(at, at + pieceLength)));
    }
    expect(found).toEqual([42, 1234567890123456]);
  });
});
