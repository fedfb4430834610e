import { decodeLine } from "../decode-line.ts";
import { eventKey } from "../fold-events.ts";

/** A line, and who wants to know when it is written. */
export interface PendingLine {
  readonly line: Uint8Array;
  readonly onKept: () => void;
}

/** Lines that wait for the disk, oldest first, bounded: past the bound the oldest is given up and counted. */
export class PendingLines {
  readonly #capacity: number;
  readonly #ring: (PendingLine | undefined)[];
  #first = 0;
  #count = 0;
  #dropped = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#ring = new Array<PendingLine | undefined>(capacity);
  }

  get count(): number {
    return this.#count;
  }

  /** Lines given up since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  push(line: PendingLine): void {
    if (this.#count === this.#capacity) {
      this.shift();
      this.#dropped += 1;
    }
    this.#ring[(this.#first + this.#count) % this.#capacity] = line;
    this.#count += 1;
  }

  peek(): PendingLine | undefined {
    return this.#ring[this.#first];
  }

  /** Which events wait, oldest first. */
  keys(): string[] {
    const keys: string[] = [];
    for (let at = 0; at < this.#count; at += 1) {
      const line = this.#ring[(this.#first + at) % this.#capacity]?.line ?? new Uint8Array();
      const decoded = decodeLine(Buffer.from(line).toString("utf8"));
      if (decoded.kind === "event") keys.push(eventKey(decoded.event));
    }
    return keys;
  }

  shift(): void {
    if (this.#count === 0) return;
    this.#ring[this.#first] = undefined;
    this.#first = (this.#first + 1) % this.#capacity;
    this.#count -= 1;
  }

  /** Counts lines that were never queued as given up. */
  drop(lines: number): void {
    this.#dropped += lines;
  }

  /** Gives up all that wait. */
  clear(): void {
    this.#dropped += this.#count;
    while (this.#count > 0) this.shift();
  }
}
