import { decodeLine } from "../decode-line.ts";
import { MAX_LINE_BYTES } from "../encode-event.ts";
import { APPEND_FLAGS, type FileIdentity, type FileOps } from "./file-ops.ts";
import { type LogPosition, markBefore } from "./log-position.ts";

const NEWLINE = 0x0a;

/** The log file while it is open: appends whole lines and knows whether its end is clean. */
export class LogFile {
  readonly fd: number;
  readonly #ops: FileOps;
  readonly #identity: FileIdentity;
  #size: number;
  #dirtyTail: boolean;
  /** Bytes of a torn last line that were cut off when the file was opened. */
  readonly repairedBytes: number;

  private constructor(ops: FileOps, fd: number) {
    const found = ops.stat(fd);
    // Writing to a FIFO or a device would block or vanish.
    if (!found.isFile) throw new Error("not a regular file");
    const tail = repairTail(ops, fd, found.size);
    this.fd = fd;
    this.#ops = ops;
    this.#identity = found;
    this.#size = tail.size;
    this.#dirtyTail = tail.dirty;
    this.repairedBytes = found.size - tail.size;
  }

  /** Opens or creates the file (mode 0600). Throws Node's error, or one that names a wrong kind of file. */
  static open(ops: FileOps, path: string): LogFile {
    const fd = ops.open(path, APPEND_FLAGS, 0o600);
    try {
      return new LogFile(ops, fd);
    } catch (error) {
      ops.close(fd);
      throw error;
    }
  }

  get size(): number {
    return this.#size;
  }

  /**
   * Appends one line (line end included) in one write call. `false`: the device took only a part. That part stays
   * as a torn line; the next line starts behind a line end of its own, so the two never run together.
   */
  append(line: Uint8Array): boolean {
    const bytes = this.#dirtyTail ? Buffer.concat([Buffer.from([NEWLINE]), line]) : line;
    const taken = this.#ops.write(this.fd, bytes);
    this.#size += taken;
    if (taken === bytes.length) {
      this.#dirtyTail = false;
      return true;
    }
    if (taken > 0) this.#dirtyTail = true;
    return false;
  }

  /** The end of what was written. */
  position(): LogPosition {
    const { dev, ino } = this.#identity;
    const mark = markBefore((into, at) => this.#ops.read(this.fd, into, at), this.#size);
    return { dev, ino, bytes: this.#size, mark };
  }

  /** Whether the path still leads to this file. */
  isAt(path: string): boolean {
    const there = this.#ops.identity(path);
    return there !== null && there.dev === this.#identity.dev && there.ino === this.#identity.ino;
  }
}

/**
 * Looks at the end of the file. A last line without line end that is a whole event stays (the next line starts
 * with one); anything else there was never acknowledged and is cut off. Where cutting fails it stays too.
 */
function repairTail(ops: FileOps, fd: number, size: number): { size: number; dirty: boolean } {
  if (size === 0) return { size, dirty: false };
  const window = Buffer.alloc(Math.min(size, MAX_LINE_BYTES));
  const read = ops.read(fd, window, size - window.length);
  const end = window.subarray(0, read);
  if (end.at(-1) === NEWLINE) return { size, dirty: false };
  const lastNewline = end.lastIndexOf(NEWLINE);
  const tail = end.subarray(lastNewline + 1);
  const torn = decodeLine(tail.toString("utf8")).kind === "skip";
  // No line end in a whole megabyte: not our writing, so not ours to cut.
  const foreign = lastNewline === -1 && size > window.length;
  if (!torn || foreign) return { size, dirty: true };
  try {
    ops.truncate(fd, size - tail.length);
  } catch {
    return { size, dirty: true };
  }
  return { size: size - tail.length, dirty: false };
}
