import type { ByteView } from "./byte-view.ts";

/** Bytes of the body that came: `start` is the first, `end` the one after the last, counted over all chunks. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A stretch of a body to write: bytes of the one that came, or new ones. */
export type Piece = Span | Uint8Array;

/** Puts new bytes in the place of a span, which must lie within one of the pieces that are spans. */
export function replaceSpan(pieces: readonly Piece[], span: Span, by: readonly Piece[]): Piece[] {
  return pieces.flatMap((piece): readonly Piece[] => {
    if (piece instanceof Uint8Array || span.start < piece.start || span.end > piece.end) return [piece];
    return [{ start: piece.start, end: span.start }, ...by, { start: span.end, end: piece.end }];
  });
}

/**
 * Writes pieces out as chunks. Spans that follow each other are joined first, so a chunk of the body that came stays
 * the same object wherever all of it is kept; no chunk is empty.
 */
export function assemble(view: ByteView, pieces: readonly Piece[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let open: Span = { start: 0, end: 0 };
  const flush = (): void => view.forEachChunk(open.start, open.end, (bytes) => chunks.push(bytes));
  for (const piece of pieces) {
    if (piece instanceof Uint8Array) {
      flush();
      open = { start: 0, end: 0 };
      if (piece.length > 0) chunks.push(piece);
    } else if (piece.start === open.end) {
      open = { start: open.start, end: piece.end };
    } else {
      flush();
      open = piece;
    }
  }
  flush();
  return chunks;
}
