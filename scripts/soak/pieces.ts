import { createHash } from "node:crypto";

/**
 * The text of one numbered piece: the request's id, its number, a hash over all pieces so far, and filling of a length
 * that hangs on the hash. A piece that is lost, twice, late, changed or another request's breaks the chain.
 */
export interface Piece {
  readonly text: string;
  readonly hash: string;
}

export function nextPiece(id: string, number: number, hashBefore: string): Piece {
  const hash = createHash("sha1").update(`${hashBefore}/${id}/${number}`).digest("hex").slice(0, 16);
  const filling = "é—x".repeat(Number.parseInt(hash.slice(0, 2), 16) % 60);
  return { text: `${id}/${number}/${hash}/${filling}\n`, hash };
}

export function wholeText(id: string, pieces: number): string {
  const chain = createChain(id);
  return Array.from({ length: pieces }, () => chain.next()).join("");
}

/** The pieces of one request, one after the other. */
export function createChain(id: string): { next(): string; readonly count: number } {
  let hash = "";
  let count = 0;
  return {
    next() {
      const piece = nextPiece(id, count, hash);
      hash = piece.hash;
      count += 1;
      return piece.text;
    },
    get count() {
      return count;
    },
  };
}
