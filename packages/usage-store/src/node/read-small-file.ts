import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { errorReason } from "./error-reason.ts";

export type SmallFile =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "missing" }
  /** `reason` is an error code or a short clause. */
  | { readonly kind: "invalid"; readonly reason: string };

const MEBIBYTE = 1_048_576;
/** Above anything that a person writes by hand. */
const DEFAULT_MAX_BYTES = 4 * MEBIBYTE;

export interface SmallFileOptions {
  readonly maxBytes?: number;
  /** A link is an error: for files of ours alone, where one could only have been planted. */
  readonly noLinks?: boolean;
}

/**
 * Reads a whole file that is meant to be small. A pipe or a device would be waited for, or read, for ever; a huge file would take
 * the memory of whoever else is served here. Never throws.
 */
export function readSmallFile(path: string, options: SmallFileOptions = {}): SmallFile {
  const { maxBytes = DEFAULT_MAX_BYTES, noLinks = false } = options;
  let fd: number;
  try {
    // Opening a pipe that nobody writes to would wait, too.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | (noLinks ? constants.O_NOFOLLOW : 0));
  } catch (error) {
    const reason = errorReason(error);
    return reason === "ENOENT" ? { kind: "missing" } : { kind: "invalid", reason };
  }
  try {
    const { size, isFile } = factsOf(fd);
    if (!isFile) return { kind: "invalid", reason: "not a regular file" };
    if (size > maxBytes) return tooLarge(maxBytes);
    const bytes = readUpTo(fd, size, maxBytes);
    return bytes === null ? tooLarge(maxBytes) : { kind: "text", text: bytes.toString("utf8") };
  } catch (error) {
    return { kind: "invalid", reason: errorReason(error) };
  } finally {
    closeSync(fd);
  }
}

function factsOf(fd: number): { size: number; isFile: boolean } {
  const stats = fstatSync(fd);
  return { size: stats.size, isFile: stats.isFile() };
}

function tooLarge(maxBytes: number): SmallFile {
  return { kind: "invalid", reason: `larger than ${Math.floor(maxBytes / MEBIBYTE)} MiB` };
}

/** The size may be no more than a guess: the file may grow, and some systems tell 0 of files that are made while read. */
function readUpTo(fd: number, size: number, maxBytes: number): Buffer | null {
  let buffer = Buffer.allocUnsafe(Math.min(size + 1, maxBytes + 1));
  let filled = 0;
  for (;;) {
    const read = readSync(fd, buffer, filled, buffer.length - filled, null);
    if (read === 0) return buffer.subarray(0, filled);
    filled += read;
    if (filled > maxBytes) return null;
    if (filled < buffer.length) continue;
    const larger = Buffer.allocUnsafe(Math.min(Math.max(buffer.length * 2, 65_536), maxBytes + 1));
    buffer.copy(larger, 0, 0, filled);
    buffer = larger;
  }
}
