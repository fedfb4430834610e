import { closeSync, fstatSync, statSync } from "node:fs";
import { MAX_LINE_BYTES } from "@ccp/usage-store";
import { fileKey, type LogFile, logNames, openLogFile, readChunk, writtenPath } from "./log-files.ts";

/** Reads on where a log ended, across rotations. */
export interface LogFollower {
  /** Whole lines that were added since the last call, in order; a line that is being written waits for its end. */
  read(): string[];
  close(): void;
}

/**
 * Follows a log that is written to. When the writer sets the file aside, the rest of it is read first, then what came
 * after it. A file that was emptied is read from its start; one that does not exist yet is waited for.
 *
 * @param path As for {@link openLogFiles}.
 * @param start The newest file, already open; reading begins at its `end`. The follower closes it.
 */
export function followLog(path: string, start: LogFile | null): LogFollower {
  let current: LogFile | null = start;
  let lines = new LineReader(start?.end ?? 0);

  function open(file: LogFile | null): void {
    if (current !== null) closeSync(current.fd);
    current = file;
    lines = new LineReader(0);
  }
  return {
    read() {
      const found: string[] = current === null ? [] : lines.read(current.fd);
      for (const name of newerNames(path, current)) {
        const next = openLogFile(name);
        if (next === null) continue;
        open(next);
        found.push(...lines.read(next.fd));
      }
      return found;
    },
    close: () => open(null),
  };
}

/** Files that came after the one being read, oldest first. */
function newerNames(path: string, current: LogFile | null): string[] {
  const written = statSync(writtenPath(path), { throwIfNoEntry: false });
  if (written === undefined || (current !== null && fileKey(written) === current.key)) return [];
  const names = logNames(path);
  const at = names.findIndex((name) => keyOf(name) === current?.key);
  // The file is gone: what was set aside meanwhile cannot be told from what was read before.
  return at < 0 ? names.slice(0, 1) : names.slice(0, at).reverse();
}

function keyOf(path: string): string | null {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? null : fileKey(stats);
}

class LineReader {
  #offset: number;
  #rest: Buffer = Buffer.alloc(0);

  constructor(offset: number) {
    this.#offset = offset;
  }

  read(fd: number): string[] {
    if (fstatSync(fd).size < this.#offset) {
      this.#offset = 0;
      this.#rest = Buffer.alloc(0);
    }
    const lines: string[] = [];
    for (;;) {
      const chunk = readChunk(fd, this.#offset, Number.POSITIVE_INFINITY);
      if (chunk.length === 0) return lines;
      this.#offset += chunk.length;
      const text = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
      const end = text.lastIndexOf(0x0a);
      if (end >= 0) lines.push(...text.toString("utf8", 0, end).split("\n"));
      // What is longer than any event is not kept: its end then counts as a bad line of its own.
      const rest = text.subarray(end + 1);
      this.#rest = rest.length > MAX_LINE_BYTES ? Buffer.alloc(0) : rest;
    }
  }
}
