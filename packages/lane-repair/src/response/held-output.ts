import { ByteView } from "../bytes/byte-view.ts";
import { readString } from "../bytes/read-text.ts";

const NOTHING = new Uint8Array(0);

/** Passes chunks on, and may hold one token back until it is whole, across chunks if need be. */
export class HeldOutput {
  #chunk: Uint8Array = NOTHING;
  /** First byte of the chunk that has not been passed on. */
  #from = 0;
  /** Where the held token begins, or goes on, in the chunk; -1 when none is held. */
  #token = -1;
  /** Its bytes of earlier chunks. */
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #out: Uint8Array[] = [];

  open(chunk: Uint8Array): void {
    this.#chunk = chunk;
    this.#from = 0;
    this.#out = [];
    this.#token = this.#held.length > 0 ? 0 : -1;
  }

  /** Holds back what begins here. */
  hold(at: number): void {
    this.#token = at;
  }

  /** Bytes of the held token before this place. */
  heldBytes(at: number): number {
    return this.#heldBytes + at - this.#token;
  }

  /** What the held token, which ends before this place, stands for; `null` when it is no valid JSON string. */
  text(end: number): string | null {
    const parts = [...this.#held, this.#chunk.subarray(this.#token, end)];
    const view = new ByteView(parts);
    return readString(view, { start: 0, end: view.size });
  }

  /** Passes other bytes on instead of the held token, which ends before this place. */
  replace(end: number, by: Uint8Array): void {
    this.#pass(this.#token);
    this.#out.push(by);
    this.#from = end;
    this.#forget();
  }

  /** Passes the held token on as it came. */
  release(): void {
    this.#out.push(...this.#held);
    this.#forget();
  }

  /** What goes on of this chunk. */
  close(): Uint8Array[] {
    if (this.#token < 0) {
      this.#pass(this.#chunk.length);
    } else {
      this.#pass(this.#token);
      // A copy: a few bytes must not keep a large chunk alive.
      this.#held.push(this.#chunk.slice(this.#token));
      this.#heldBytes += this.#chunk.length - this.#token;
    }
    this.#chunk = NOTHING;
    return this.#out;
  }

  #pass(end: number): void {
    const { length } = this.#chunk;
    if (end > this.#from) {
      this.#out.push(
        this.#from === 0 && end === length ? this.#chunk : this.#chunk.subarray(this.#from, end),
      );
    }
    this.#from = end;
  }

  #forget(): void {
    this.#token = -1;
    this.#held = [];
    this.#heldBytes = 0;
  }
}
