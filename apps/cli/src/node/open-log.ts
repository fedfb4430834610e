import { createReadStream, statSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { readUsageLog } from "@ccp/usage-store/node";
import { type LineBatch, splitLines } from "./split-lines.ts";

/** A log that can be read once. */
export interface OpenLog {
  /** For people: as it was typed, or `stdin`. */
  readonly name: string;
  /** `null` where it is not known beforehand. */
  readonly sizeBytes: number | null;
  readonly batches: () => AsyncIterable<LineBatch>;
}

const CHUNK_BYTES = 1024 * 1024;
const BATCH_LINES = 2000;

/**
 * Opens a log file, the log of a folder with all its generations, or (`-`) standard input.
 *
 * @throws {Error} Node's own, with `code`, when there is nothing at the path or it may not be read. A file's own
 *   fault may also come while it is read.
 */
export function openLog({ path, name }: { readonly path: string; readonly name: string }): OpenLog {
  if (path === "-") return { name: "stdin", sizeBytes: null, batches: () => splitLines(process.stdin) };
  const stats = statSync(path);
  if (stats.isDirectory()) return { name, sizeBytes: null, batches: () => generations(path) };
  return {
    name,
    sizeBytes: stats.isFile() ? stats.size : null,
    batches: () => splitLines(createReadStream(path, { highWaterMark: CHUNK_BYTES })),
  };
}

async function* generations(dir: string): AsyncGenerator<LineBatch> {
  let lines: string[] = [];
  let bytes = 0;
  for (const line of readUsageLog(dir)) {
    lines.push(line);
    bytes += line.length + 1;
    if (lines.length < BATCH_LINES) continue;
    yield { lines, bytes };
    lines = [];
    // Files are read at once here: without a turn of the event loop Ctrl-C would wait for the last of them.
    await setImmediate();
  }
  yield { lines, bytes };
}
