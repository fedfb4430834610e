import { createHash } from "node:crypto";
import { readSync } from "node:fs";

/** Bytes before a position by which the file is known again. */
const MARK_BYTES = 256;

/** A place in an append-only file that is found again after renames and copies, and not in another file of the same name. */
export interface LogPosition {
  readonly dev: number;
  readonly ino: number;
  readonly bytes: number;
  /** Fingerprint of what stands right before it: numbers of removed files are given out again. */
  readonly mark: string;
}

/** Reads at most `into.length` bytes from `position`; returns how many. */
export type ReadAt = (into: Uint8Array, position: number) => number;

/** The fingerprint of the bytes before a position. */
export function markBefore(read: ReadAt, bytes: number): string {
  const window = Buffer.alloc(Math.min(bytes, MARK_BYTES));
  const taken = read(window, bytes - window.length);
  return createHash("sha256").update(window.subarray(0, taken)).digest("base64url").slice(0, 22);
}

/** Whether an open file is the one a position was taken in, and still holds all that stood before it. */
export function isAtPosition(
  file: { readonly fd: number; readonly dev: number; readonly ino: number; readonly size: number },
  position: LogPosition,
): boolean {
  const { dev, ino, bytes, mark } = position;
  if (file.size < bytes) return false;
  // A copied or restored log is another file with the same lines: a whole fingerprint names a place by itself.
  if (bytes < MARK_BYTES && (file.dev !== dev || file.ino !== ino)) return false;
  return markBefore((into, at) => readSync(file.fd, into, 0, into.length, at), bytes) === mark;
}

/** A position as it comes from a file; `null` when it is none. */
export function toLogPosition(value: unknown): LogPosition | null {
  if (typeof value !== "object" || value === null) return null;
  const { dev, ino, bytes, mark } = value as Readonly<Record<string, unknown>>;
  const whole = [dev, ino, bytes].every((each) => Number.isSafeInteger(each) && (each as number) >= 0);
  return whole && typeof mark === "string" ? (value as LogPosition) : null;
}
