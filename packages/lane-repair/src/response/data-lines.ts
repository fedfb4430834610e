import { CR, LF } from "../bytes/ascii.ts";

/** What a line of an event stream brings. Bytes of one line may come in several parts. */
export interface LineListener {
  /** Part of what follows `data:`. */
  onData(chunk: Uint8Array, from: number, to: number): void;
  onLineEnd(): void;
  /** A blank line. */
  onEventEnd(): void;
}

const DATA = [0x64, 0x61, 0x74, 0x61, 0x3a];
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** Finds the `data:` lines of an event stream that comes in chunks cut anywhere. LF, CRLF or CR ends a line. */
export class DataLines {
  readonly #listener: LineListener;
  /** How many bytes of `data:` the line began with; -1 when it is another line. */
  #matched = 0;
  #lineBytes = 0;
  #afterCr = false;
  /** Bytes of a byte order mark that the stream began with; -1 when that is over. */
  #mark = 0;

  constructor(listener: LineListener) {
    this.#listener = listener;
  }

  feed(chunk: Uint8Array): void {
    let i = 0;
    while (i < chunk.length) {
      const byte = chunk[i] ?? 0;
      if (this.#isSkipped(byte)) i += 1;
      else if (byte === LF || byte === CR) {
        this.#endLine(byte);
        i += 1;
      } else if (this.#matched >= 0 && this.#matched < DATA.length) {
        this.#matched = byte === DATA[this.#matched] ? this.#matched + 1 : -1;
        this.#lineBytes += 1;
        i += 1;
      } else {
        const end = lineEnd(chunk, i);
        if (this.#matched > 0) this.#listener.onData(chunk, i, end);
        this.#lineBytes += end - i;
        i = end;
      }
    }
  }

  /** The mark before the first line, and the second half of a CRLF. */
  #isSkipped(byte: number): boolean {
    const skipped = this.#afterCr && byte === LF;
    this.#afterCr = false;
    if (this.#mark < 0) return skipped;
    if (byte !== BYTE_ORDER_MARK[this.#mark]) {
      this.#mark = -1;
      return skipped;
    }
    this.#mark += 1;
    return true;
  }

  #endLine(byte: number): void {
    this.#afterCr = byte === CR;
    this.#listener.onLineEnd();
    if (this.#lineBytes === 0) this.#listener.onEventEnd();
    this.#matched = 0;
    this.#lineBytes = 0;
  }
}

function lineEnd(chunk: Uint8Array, from: number): number {
  let i = from;
  while (i < chunk.length && chunk[i] !== LF && chunk[i] !== CR) i += 1;
  return i;
}
