import { readSync } from "node:fs";

const CHUNK_BYTES = 256 * 1024;
const NEWLINE = 0x0a;
/** What is handed over of a line past the bound: enough to see what it was, never a whole event. */
const STUB_BYTES = 200;

/** `false` drops a line before it is turned into a string; it sees the first bytes only. */
export type LineFilter = (start: Buffer) => boolean;

/**
 * Lines of an open file from its start (or from `from`, where one begins), without their line ends; a last line without one comes too. Memory stays
 * at one chunk and one line: of a line longer than `maxLineBytes` only the first 200 bytes are handed over.
 */
export function* readLines(
  fd: number,
  maxLineBytes: number,
  keep: LineFilter = () => true,
  from = 0,
): Generator<string, void, undefined> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let carry: Buffer[] = [];
  let carried = 0;
  let position = from;
  const take = (last: Buffer): string | null => {
    const line = carried === 0 ? last : Buffer.concat([...carry, last]);
    const tooLong = carried + last.length > maxLineBytes;
    carry = [];
    carried = 0;
    if (!keep(line)) return null;
    return tooLong ? line.toString("utf8", 0, STUB_BYTES) : line.toString("utf8");
  };
  for (;;) {
    const read = readSync(fd, chunk, 0, chunk.length, position);
    if (read === 0) break;
    position += read;
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1 && end < read; end = chunk.indexOf(NEWLINE, start)) {
      const line = take(chunk.subarray(start, end));
      start = end + 1;
      if (line !== null) yield line;
    }
    const rest = read - start;
    // Past the bound nothing more is kept, only counted.
    if (rest > 0 && carried <= maxLineBytes) carry.push(Buffer.from(chunk.subarray(start, read)));
    carried += rest;
  }
  if (carried === 0) return;
  const line = take(Buffer.alloc(0));
  if (line !== null) yield line;
}
