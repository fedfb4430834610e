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

  /** Last position from `from` down to `floor` whose byte is in the set, or -1. */
  findBack(set: ByteSet, from: number, floor: number): number {
    let position = from;
    while (position >= floor) {
      this.#moveTo(position);
      const chunk = this.#chunk;
      const lowest = Math.max(0, floor - this.#start);
      let i = position - this.#start;
      while (i >= lowest && set[chunk[i] ?? 0] === 0) i -= 1;
      if (i >= lowest) return this.#start + i;
      position = this.#start - 1;
    }
    return -1;
  }

  /** First position at or after `from` that holds `byte`, or -1. */
  indexOf(byte: number, from: number): number {
    let position = from;
    while (position < this.size) {
      this.#moveTo(position);
      const chunk = this.#chunk;
      let i = position - this.#start;
      const near = Math.min(chunk.length, i + NEAR);
      while (i < near && chunk[i] !== byte) i += 1;
      if (i === near) i = chunk.indexOf(byte, near);
      if (i >= 0) return this.#start + i;
      position = this.#end;
    }
    return -1;
  }

  /** The bytes from `start` up to `end` as characters of the same numbers. */
  latin1(start: number, end: number): string {
    let text = "";
    for (let at = start; at < end && at < this.size; ) {
      this.#moveTo(at);
      const until = Math.min(end, this.#end, at + MOST_ARGUMENTS);
      // Reads any array-like; its type asks for an array.
      const bytes = this.#chunk.subarray(at - this.#start, until - this.#start) as unknown as number[];
      text += String.fromCharCode.apply(null, bytes);
      at = until;
    }
    return text;
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

/** The runtime's own search is many times faster, but only over more bytes than this. */
const NEAR = 64;
const NOTHING = new Uint8Array(0);
/** Arguments lie on the stack, which is not endless. */
const MOST_ARGUMENTS = 4096;

/** 256 entries; 1 for each byte that is in the set. */
export type ByteSet = Uint8Array;

export function byteSet(...bytes: readonly number[]): ByteSet {
  const set = new Uint8Array(256);
  for (const byte of bytes) set[byte] = 1;
  return set;
}
