import { closeSync, constants, fdatasyncSync, fstatSync, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { ImportRowSchema } from "@ccp/usage-contract";
import { is } from "valibot";
import type { ImportedRow } from "../imported-usage.ts";
import { APPEND_FLAGS, hasCode } from "./file-ops.ts";
import { isAtPosition, type LogPosition, markBefore } from "./log-position.ts";
import { readLines } from "./read-lines.ts";
import { lineTimeMs } from "./read-usage-log.ts";

export const IMPORT_NAME = "imported.jsonl";
const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const MAX_ROW_BYTES = 4096;
const NEWLINE = 0x0a;

export interface ReadImportedOptions {
  /** Only rows that were imported after this place; where it is not found, those imported since `sinceMs`. */
  readonly after?: LogPosition;
  /** Epoch ms of the import, not of the usage. */
  readonly sinceMs?: number;
}

/**
 * Usage that did not pass the gateway, in the order it was imported. Lines that are no row are passed over; a missing
 * file gives none.
 *
 * @throws {Error} Node's own, when the file exists but cannot be read.
 */
export function* readImported(
  logsDir: string,
  { after, sinceMs }: ReadImportedOptions = {},
): Generator<ImportedRow, void, undefined> {
  let fd: number;
  try {
    fd = openSync(join(logsDir, IMPORT_NAME), READ_FLAGS);
  } catch (error) {
    if (hasCode(error, "ENOENT", "ELOOP", "ENXIO")) return;
    throw error;
  }
  try {
    const { dev, ino, size } = fstatSync(fd);
    const found = after !== undefined && isAtPosition({ fd, dev, ino, size }, after);
    const isWanted = (start: Buffer): boolean =>
      found || sinceMs === undefined || (lineTimeMs(start) ?? Number.POSITIVE_INFINITY) >= sinceMs;
    for (const line of readLines(fd, MAX_ROW_BYTES, isWanted, found ? after.bytes : 0)) {
      const row = toRow(line);
      if (row !== null) yield row;
    }
  } finally {
    closeSync(fd);
  }
}

/** `ts` of a line is when it was imported; `at` when the answer ended. `part` stands only where it is not 0. */
function toRow(line: string): ImportedRow | null {
  try {
    const { ts: _, at, part = 0, ...rest } = JSON.parse(line) as Readonly<Record<string, unknown>>;
    const row = { ...rest, ts: at };
    if (!is(ImportRowSchema, row) || typeof part !== "number" || !Number.isSafeInteger(part) || part < 0)
      return null;
    return { ...row, part };
  } catch {
    return null;
  }
}

/**
 * Appends rows, by the owner of the folder, and brings them onto the device: a row is counted once for ever, so a power
 * cut must not forget that it was.
 *
 * @returns Where the file ends now.
 * @throws {Error} Node's own; `short write` when the device took only a part (the rest of that line is never read).
 */
export function appendImported(logsDir: string, rows: readonly ImportedRow[], nowMs: number): LogPosition {
  const lines = rows.map(({ ts, part, ...rest }) =>
    JSON.stringify({ ts: nowMs / 1000, at: ts, ...rest, ...(part === 0 ? {} : { part }) }),
  );
  const fd = openSync(join(logsDir, IMPORT_NAME), APPEND_FLAGS, 0o600);
  try {
    const before = fstatSync(fd);
    const last = Buffer.alloc(1);
    const isTorn = before.size > 0 && readSync(fd, last, 0, 1, before.size - 1) === 1 && last[0] !== NEWLINE;
    const bytes = Buffer.from(`${isTorn ? "\n" : ""}${lines.join("\n")}\n`);
    if (rows.length > 0 && writeSync(fd, bytes, 0, bytes.length, null) < bytes.length)
      throw new Error("short write");
    fdatasyncSync(fd);
    return endOf(fd);
  } finally {
    closeSync(fd);
  }
}

/** The end of the file as it is; `null` without one. */
export function importedPosition(logsDir: string): LogPosition | null {
  let fd: number;
  try {
    fd = openSync(join(logsDir, IMPORT_NAME), READ_FLAGS);
  } catch {
    return null;
  }
  try {
    return endOf(fd);
  } finally {
    closeSync(fd);
  }
}

function endOf(fd: number): LogPosition {
  const { dev, ino, size } = fstatSync(fd);
  const mark = markBefore((into, at) => readSync(fd, into, 0, into.length, at), size);
  return { dev, ino, bytes: size, mark };
}
