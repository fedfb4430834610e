import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  type Stats,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { MAX_LINE_BYTES } from "@ccp/usage-store";
import { LOG_NAME } from "@ccp/usage-store/node";

/** One generation of the log, held open: the writer may rename it meanwhile. */
export interface LogFile {
  readonly fd: number;
  /** Tells a file from another that took its name. */
  readonly key: string;
  /** Bytes up to the end of the last whole line, when it was opened. */
  readonly end: number;
  readonly mtimeMs: number;
}

const CHUNK_BYTES = 256 * 1024;
const NEWLINE = 0x0a;
// A pipe in the log's place would be waited for, for ever.
const READ_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

/**
 * Opens the log, newest generation first.
 *
 * @param path A folder with `usage.jsonl` and its generations, or one file.
 * @returns Empty where there is none yet.
 * @throws {Error} Node's own, with `code`, when it may not be read.
 */
export function openLogFiles(path: string): LogFile[] {
  const files: LogFile[] = [];
  for (const name of logNames(path)) {
    const file = openLogFile(name);
    if (file === null) continue;
    // Rotated between two opens: the same file came back under the next number.
    if (files.some(({ key }) => key === file.key)) closeSync(file.fd);
    else files.push(file);
  }
  return files;
}

/** Paths of the log, newest first; only those of a folder that exist. */
export function logNames(path: string): string[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [path];
  const found = readdirSync(path).map((name) => /^usage\.jsonl(?:\.([1-9]\d{0,4}))?$/.exec(name));
  const numbers = found.filter((match) => match !== null).map((match) => Number(match[1] ?? 0));
  return numbers.sort((a, b) => a - b).map((number) => generationPath(path, number));
}

/** Where the file lies that is being written. */
export function writtenPath(path: string): string {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? generationPath(path, 0) : path;
}

function generationPath(dir: string, number: number): string {
  return join(dir, number === 0 ? LOG_NAME : `${LOG_NAME}.${number}`);
}

/** @returns `null` where there is no such file, or something else stands in its place. */
export function openLogFile(path: string): LogFile | null {
  let fd: number;
  try {
    fd = openSync(path, READ_FLAGS);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
  const stats = fstatSync(fd);
  if (stats.isFile())
    return { fd, key: fileKey(stats), end: endOfLines(fd, stats.size), mtimeMs: stats.mtimeMs };
  closeSync(fd);
  return null;
}

export function fileKey({ dev, ino }: Pick<Stats, "dev" | "ino">): string {
  return `${dev}:${ino}`;
}

function isMissing(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : null;
  return code === "ENOENT" || code === "ENOTDIR" || code === "ENXIO";
}

/** A line that is still being written is left for later. */
function endOfLines(fd: number, size: number): number {
  for (let to = size; to > 0; to -= CHUNK_BYTES) {
    const from = Math.max(0, to - CHUNK_BYTES);
    const at = readChunk(fd, from, to - from).lastIndexOf(NEWLINE);
    if (at >= 0) return from + at + 1;
  }
  return 0;
}

/** Lines before `file.end`, last line first, without line ends. Memory stays at one chunk and one line. */
export function* linesBackwards({
  fd,
  end,
}: Pick<LogFile, "fd" | "end">): Generator<string, void, undefined> {
  // The end of a line whose beginning has not been read yet, in reading order.
  let rest: Buffer[] = [];
  let restBytes = 0;
  for (let to = end; to > 0; ) {
    const from = Math.max(0, to - CHUNK_BYTES);
    const chunk = readChunk(fd, from, to - from);
    let stop = chunk.length;
    for (
      let at = chunk.lastIndexOf(NEWLINE);
      at >= 0;
      at = stop === 0 ? -1 : chunk.lastIndexOf(NEWLINE, stop - 1)
    ) {
      if (stop > at + 1 || restBytes > 0)
        yield Buffer.concat([chunk.subarray(at + 1, stop), ...rest]).toString("utf8");
      rest = [];
      restBytes = 0;
      stop = at;
    }
    // Of a line that is no event only so much is kept that it is seen to be none.
    if (restBytes <= MAX_LINE_BYTES) rest.unshift(chunk.subarray(0, stop));
    restBytes += stop;
    to = from;
  }
  if (restBytes > 0) yield Buffer.concat(rest).toString("utf8");
}

/** Fewer bytes than asked for at the end of the file. */
export function readChunk(fd: number, from: number, length: number): Buffer {
  const chunk = Buffer.allocUnsafe(Math.min(length, CHUNK_BYTES));
  return chunk.subarray(0, readSync(fd, chunk, 0, chunk.length, from));
}

export function closeLogFiles(files: readonly LogFile[]): void {
  for (const { fd } of files) closeSync(fd);
}
