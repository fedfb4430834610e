import { BACKSLASH, QUOTE } from "./ascii.ts";

/**
 * Reads a list of chunks as one row of bytes without joining them.
 *
 * It remembers the chunk of the last read, so that reading on in either direction costs one comparison a byte.
 */
export class ByteView {
  /** Bytes in all chunks together. */
  readonly size: number;
  readonly #chunks: readonly Uint8Array[];
  #chunk: Uint8Array;
  #index: number;
  /** Position of the current chunk's first byte, and the one after its last. */
  #start: number;
  #end: number;

  constructor(chunks: readonly Uint8Array[]) {
    let size = 0;
    for (const chunk of chunks) size += chunk.length;
    this.size = size;
    this.#chunks = chunks;
    this.#chunk = chunks[0] ?? NOTHING;
    this.#index = 0;
    this.#start = 0;
    this.#end = this.#chunk.length;
  }

  /** The byte at a position, or -1 outside the body. */
  at(position: number): number {
    if (position < this.#start || position >= this.#end) {
      if (position < 0 || position >= this.size) return -1;
      this.#moveTo(position);
    }
    return this.#chunk[position - this.#start] ?? -1;
  }

  /** Whether these bytes stand at a position. */
  holds(bytes: Uint8Array, position: number): boolean {
    if (position < this.#start || position + bytes.length > this.#end) {
      return bytes.every((byte, i) => this.at(position + i) === byte);
    }
    const chunk = this.#chunk;
    const from = position - this.#start;
    let i = 0;
    while (i < bytes.length && chunk[from + i] === bytes[i]) i += 1;
    return i === bytes.length;
  }

  /** First position at or after `from` whose byte is in the set, or -1. */
  find(set: ByteSet, from: number): number {
    let position = from;
    while (position < this.size) {
      this.#moveTo(position);
      const chunk = this.#chunk;
      let i = position - this.#start;
      while (i < chunk.length && set[chunk[i] ?? 0] === 0) i += 1;
      if (i < chunk.length) return this.#start + i;
      position = this.#end;
    }
    return -1;
  }

  /**
   * Where a JSON string ends. Bytes of multi-byte characters are all above ASCII and so are never mistaken.
   *
   * @param open Position of the opening quote.
   * @returns The position after the closing quote, or -1.
   */
  stringEnd(open: number): number {
    let position = open + 1;
    while (position < this.size) {
      this.#moveTo(position);
      const i = closingQuote(this.#chunk, position - this.#start);
      if (i < this.#chunk.length) return this.#start + i + 1;
      // One beyond the end where the last byte is a backslash: what it escapes opens the next chunk.
      position = this.#start + i;
    }
    return -1;
  }

  /** The bytes of a span, chunk by chunk; a chunk that lies in it whole comes as the same object. */
  forEachChunk(start: number, end: number, visit: (bytes: Uint8Array) => void): void {
    let position = start;
    while (position < end) {
      this.#moveTo(position);
      const from = position - this.#start;
      const to = Math.min(end, this.#end) - this.#start;
      visit(from === 0 && to === this.#chunk.length ? this.#chunk : this.#chunk.subarray(from, to));
      position = this.#end;
    }
  }

  #moveTo(position: number): void {
    while (position >= this.#end) this.#step(1);
    while (position < this.#start) this.#step(-1);
  }

  #step(by: 1 | -1): void {
    this.#index += by;
    this.#chunk = this.#chunks[this.#index] ?? NOTHING;
    this.#start = by === 1 ? this.#end : this.#start - this.#chunk.length;
    this.#end = this.#start + this.#chunk.length;
  }
}

/**
 * Index of the first quote that is not escaped; the chunk's length, or one more where a last backslash escapes what
 * comes next, when it holds none.
 *
 * @param from Where no backslash before escapes anything.
 */
function closingQuote(chunk: Uint8Array, from: number): number {
  let i = from;
  while (i < chunk.length) {
    const near = Math.min(chunk.length, i + NEAR);
    while (i < near) {
      const byte = chunk[i];
      if (byte === QUOTE) return i;
      i += byte === BACKSLASH ? 2 : 1;
    }
    if (i >= chunk.length) break;
    const quote = chunk.indexOf(QUOTE, i);
    const end = quote < 0 ? chunk.length : quote;
    let before = end - 1;
    while (before >= i && chunk[before] === BACKSLASH) before -= 1;
    const escaped = (end - before) % 2 === 0;
    if (quote < 0 || !escaped) return escaped ? end + 1 : end;
    i = quote + 1;
  }
  return i;
}

/** The runtime's own search is many times faster, but only over more bytes than this. */
const NEAR = 32;
const NOTHING = new Uint8Array(0);

/** 256 entries; 1 for each byte that is in the set. */
export type ByteSet = Uint8Array;

export function byteSet(...bytes: readonly number[]): ByteSet {
  const set = new Uint8Array(256);
  for (const byte of bytes) set[byte] = 1;
  return set;
}
