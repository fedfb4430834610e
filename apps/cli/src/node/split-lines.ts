import { MAX_LINE_BYTES } from "@ccp/usage-store";

const NEWLINE = 0x0a;

/** The whole lines that one chunk completed. */
export interface LineBatch {
  readonly lines: readonly string[];
  /** Bytes read so far, lines that are not whole yet included. */
  readonly bytes: number;
}

/**
 * Cuts a stream of bytes into lines without their line ends; a last line without one comes too. Memory stays at one
 * chunk and one line: a line longer than any event is handed over cut, so that it is counted as bad.
 *
 * @param maxBytes Where a line is cut.
 */
export async function* splitLines(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number = MAX_LINE_BYTES,
): AsyncGenerator<LineBatch> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  let bytes = 0;
  const keep = (part: Buffer): void => {
    if (restBytes < maxBytes) rest.push(part.subarray(0, maxBytes - restBytes));
    restBytes += part.length;
  };
  const take = (): string => {
    const line = rest.length === 1 ? rest[0] : Buffer.concat(rest);
    rest = [];
    restBytes = 0;
    return line?.toString("utf8") ?? "";
  };
  for await (const piece of chunks) {
    const chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      if (restBytes === 0) lines.push(chunk.toString("utf8", start, end));
      else {
        keep(chunk.subarray(start, end));
        lines.push(take());
      }
      start = end + 1;
    }
    if (start < chunk.length) keep(chunk.subarray(start));
    bytes += chunk.length;
    yield { lines, bytes };
  }
  if (restBytes > 0) yield { lines: [take()], bytes };
}
