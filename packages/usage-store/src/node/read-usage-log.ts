import { closeSync, constants, fstatSync, openSync, readdirSync } from "node:fs";
import { MAX_LINE_BYTES } from "../encode-event.ts";
import { hasCode } from "./file-ops.ts";
import { generationPath } from "./log-generations.ts";
import { isAtPosition, type LogPosition } from "./log-position.ts";
import { type LineFilter, readLines } from "./read-lines.ts";

export interface ReadUsageLogOptions {
  /** Lines with an earlier `ts` are left out (epoch ms). Lines whose `ts` does not stand first come always. */
  readonly sinceMs?: number;
  /**
   * Only what stands behind this place, whatever its `ts`. Where the place is not found (the file is gone, or it is
   * another one) `sinceMs` decides.
   */
  readonly after?: LogPosition;
  /** Default 1 MiB. Longer lines come cut, so that they are counted as bad. */
  readonly maxLineBytes?: number;
}

const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
/** A file's own time may lag behind the events in it: copies and restored backups round it. */
const MTIME_SLACK_MS = 3_600_000;
const TS_PREFIX = '{"ts":';

interface OpenFile {
  readonly fd: number;
  readonly key: string;
  readonly dev: number;
  readonly ino: number;
  readonly size: number;
  readonly mtimeMs: number;
}

function generationNumbers(dir: string): number[] {
  let names: string[];
  try {
    names = readdirSync(dir);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return [];
    throw error;
  }
  const found = names.map((name) => /^usage\.jsonl(?:\.([1-9]\d{0,4}))?$/.exec(name));
  return found.filter((match) => match !== null).map((match) => Number(match[1] ?? 0));
}

function tryOpen(path: string): OpenFile | null {
  let fd: number;
  try {
    fd = openSync(path, READ_FLAGS);
  } catch (error) {
    // Gone since it was listed, or a link in its place: not the writer's file.
    if (hasCode(error, "ENOENT", "ELOOP", "ENXIO")) return null;
    throw error;
  }
  const stats = fstatSync(fd);
  const { dev, ino, size, mtimeMs } = stats;
  if (stats.isFile()) return { fd, key: `${dev}:${ino}`, dev, ino, size, mtimeMs };
  closeSync(fd);
  return null;
}

/**
 * Opens newest first. The writer may rotate meanwhile: a file then shows up a second time under the next number,
 * which its identity tells, but none can slip through between two opens.
 */
function openGenerations(dir: string, files: OpenFile[]): void {
  const seen = new Set<string>();
  for (const generation of generationNumbers(dir).sort((a, b) => a - b)) {
    const file = tryOpen(generationPath(dir, generation));
    if (file === null) continue;
    if (seen.has(file.key)) closeSync(file.fd);
    else files.push(file);
    seen.add(file.key);
  }
}

/** `ts` of a line in ms, read from its first bytes; `null` when it does not stand first. */
export function lineTimeMs(start: Buffer): number | null {
  const head = start.toString("latin1", 0, TS_PREFIX.length + 24);
  if (!head.startsWith(TS_PREFIX)) return null;
  const seconds = Number.parseFloat(head.slice(TS_PREFIX.length));
  return Number.isFinite(seconds) ? seconds * 1000 : null;
}

function sinceFilter(sinceMs: number): LineFilter {
  return (start) => {
    const time = lineTimeMs(start);
    return time === null || time >= sinceMs;
  };
}

/**
 * Lines of `usage.jsonl` and of its finished generations, oldest first, without line ends. Reads in chunks, takes
 * no lock, and is safe beside the writer. A missing folder or file gives no lines. Lines are not checked here:
 * {@link decodeLine} or {@link foldEvents} tells good from bad, the torn last one included.
 *
 * @throws {Error} Node's own, when the files exist but cannot be read (`EACCES`, `EIO`).
 * @example
 * foldEvents(readUsageLog("logs", { sinceMs: nowMs - 604_800_000 }), apply);
 */
export function* readUsageLog(
  dir: string,
  options: ReadUsageLogOptions = {},
): Generator<string, void, undefined> {
  const { sinceMs, after, maxLineBytes = MAX_LINE_BYTES } = options;
  const files: OpenFile[] = [];
  try {
    openGenerations(dir, files);
    const found = after === undefined ? -1 : files.findIndex((file) => isAtPosition(file, after));
    if (after !== undefined && found !== -1) {
      // Newest first: what stands before it in the list was written later.
      for (const file of files.slice(0, found + 1).reverse()) {
        yield* readLines(file.fd, maxLineBytes, undefined, file === files[found] ? after.bytes : 0);
      }
      return;
    }
    const keep = sinceMs === undefined ? undefined : sinceFilter(sinceMs);
    for (const file of files.reverse()) {
      if (sinceMs !== undefined && file.mtimeMs + MTIME_SLACK_MS < sinceMs) continue;
      yield* readLines(file.fd, maxLineBytes, keep);
    }
  } finally {
    for (const file of files) closeSync(file.fd);
  }
}
