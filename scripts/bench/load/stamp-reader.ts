import { STAMP_DIGITS, STAMP_MARK } from "../mock-answer.ts";

export interface StampReader {
  push(bytes: Buffer): void;
}

/** Finds the times that the mock wrote into a stream, also where one is cut by the edge of a read. */
export function createStampReader(found: (writtenUs: number) => void): StampReader {
  let carry = "";
  return {
    push(bytes) {
      const text = carry + bytes.toString("latin1");
      carry = "";
      let at = text.indexOf(STAMP_MARK);
      while (at >= 0) {
        const end = at + 1 + STAMP_DIGITS;
        if (end > text.length) {
          carry = text.slice(at);
          return;
        }
        found(Number(text.slice(at + 1, end)));
        at = text.indexOf(STAMP_MARK, end);
      }
    },
  };
}
