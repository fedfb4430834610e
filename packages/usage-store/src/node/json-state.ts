import {
  closeSync,
  constants,
  fdatasyncSync,
  fsyncSync,
  openSync,
  renameSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { crc32 } from "node:zlib";
import { errorReason } from "./error-reason.ts";
import { hasCode } from "./file-ops.ts";
import { readSmallFile } from "./read-small-file.ts";

export type JsonState =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "missing" }
  /** Unreadable, not JSON, or not what was written; `reason` is an error code or a short text. */
  | { readonly kind: "invalid"; readonly reason: string };

export type WriteResult = { readonly success: true } | { readonly success: false; readonly reason: string };

const CREATE_FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** A week of many models and sessions is a few megabytes. */
const MAX_STATE_BYTES = 256 * 1024 * 1024;

/** Reads a state file. Never throws; the caller checks the value's shape. */
export function readJsonState(path: string): JsonState {
  const read = readSmallFile(path, { maxBytes: MAX_STATE_BYTES, noLinks: true });
  if (read.kind !== "text") return read;
  try {
    return readChecked(read.text);
  } catch {
    return { kind: "invalid", reason: "not JSON" };
  }
}

/** The last member of a state file. A file without one is taken as it is: earlier versions wrote none. */
const CHECKSUM = /,"checksum":"([0-9a-f]{8})"\}\s*$/;

function withChecksum(text: string): string {
  if (!text.startsWith("{") || text === "{}") return text;
  return `${text.slice(0, -1)},"checksum":"${checksumOf(text)}"}`;
}

function checksumOf(text: string): string {
  return crc32(text).toString(16).padStart(8, "0");
}

function readChecked(text: string): JsonState {
  const found = CHECKSUM.exec(text);
  if (found === null) return { kind: "value", value: JSON.parse(text) };
  const written = `${text.slice(0, found.index)}}`;
  if (checksumOf(written) !== found[1]) return { kind: "invalid", reason: "its checksum does not match" };
  return { kind: "value", value: JSON.parse(written) };
}

/**
 * Puts a file that cannot be used out of the way, for whoever wants to look at it: nothing is written over it.
 *
 * @returns Its new path; `null` when it could not be moved.
 */
export function setAside(path: string): string | null {
  const aside = `${path}.broken`;
  try {
    renameSync(path, aside);
    return aside;
  } catch {
    return null;
  }
}

/** The write calls a state file needs; a port, so that a device that takes half of it can be provoked. */
export interface StateOps {
  write(fd: number, bytes: Uint8Array): number;
}

const realStateOps: StateOps = {
  write: (fd, bytes) => writeSync(fd, bytes, 0, bytes.length, null),
};

function writeAll(ops: StateOps, fd: number, bytes: Uint8Array): void {
  let at = 0;
  while (at < bytes.length) {
    const taken = ops.write(fd, bytes.subarray(at));
    if (taken === 0) throw new Error("short write");
    at += taken;
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
  }
}

/** The rename itself must survive a power cut; not every system lets folders be synced. */
function syncFolder(path: string): void {
  try {
    const fd = openSync(path, constants.O_RDONLY);
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch {
    // The data itself is safe; after a power cut the previous state may come back.
  }
}

function replaceFile(ops: StateOps, path: string, bytes: Uint8Array): void {
  const temporary = `${path}.tmp`;
  // Left by a crash, or planted: never written through.
  removeIfThere(temporary);
  const fd = openSync(temporary, CREATE_FLAGS, 0o600);
  try {
    try {
      writeAll(ops, fd, bytes);
      fdatasyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, path);
  } catch (error) {
    removeIfThere(temporary);
    throw error;
  }
  syncFolder(dirname(path));
}

/**
 * Writes a state file so that a reader, or a crash at any moment, meets either the old state or the new one: a
 * temporary file beside it (mode 0600), flushed, then renamed over it. An object gets a checksum, which
 * {@link readJsonState} compares and takes off. One writer at a time; the folder must exist.
 *
 * @returns `success: false` with the error code when the disk refuses; the old file is then untouched.
 * @throws {RangeError} When the value has no JSON form (`undefined`, a function).
 */
export function writeJsonState(path: string, value: unknown, ops: StateOps = realStateOps): WriteResult {
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) throw new RangeError("writeJsonState: the value has no JSON form");
  try {
    replaceFile(ops, path, Buffer.from(`${withChecksum(text)}\n`));
    return { success: true };
  } catch (error) {
    return { success: false, reason: errorReason(error) };
  }
}
