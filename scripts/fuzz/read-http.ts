/** One HTTP/1.1 message as far as its bytes have come. */
export interface HttpMessage {
  readonly startLine: string;
  /** Names in lower case, in order. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
  /** The frame of the body was ended. Never true where only the end of the connection ends it. */
  readonly complete: boolean;
  readonly framing: "length" | "chunked" | "close" | "none";
  /** Bytes used, head included. */
  readonly size: number;
}

const HEAD_END = "\r\n\r\n";

/**
 * Reads the first message in the bytes, strictly: what is not as RFC 9112 has it is thrown.
 *
 * @param isAnswer An answer may end with its connection; a request may not.
 * @returns `null` while the head is not whole.
 */
export function readHttp(bytes: Buffer, isAnswer: boolean): HttpMessage | null {
  const headEnd = bytes.indexOf(HEAD_END, 0, "latin1");
  if (headEnd < 0) return null;
  const [startLine = "", ...lines] = bytes.toString("latin1", 0, headEnd).split("\r\n");
  const headers = lines.map(readHeader);
  const rest = bytes.subarray(headEnd + HEAD_END.length);
  const base = { startLine, headers };
  const sizeOf = (used: number): number => headEnd + HEAD_END.length + used;
  const status = isAnswer ? Number(startLine.split(" ")[1]) : 0;
  if (isAnswer && (status < 200 || status === 204 || status === 304)) {
    return { ...base, body: Buffer.alloc(0), complete: true, framing: "none", size: sizeOf(0) };
  }
  const lengths = headers.filter(([name]) => name === "content-length");
  const codings = headers.filter(([name]) => name === "transfer-encoding");
  if (lengths.length + codings.length > 1) throw new Error("more than one frame for one body");
  if (codings.length === 1) {
    if (codings[0]?.[1] !== "chunked") throw new Error(`transfer-encoding: ${codings[0]?.[1]}`);
    const { body, used, complete } = readChunks(rest);
    return { ...base, body, complete, framing: "chunked", size: sizeOf(used) };
  }
  if (lengths.length === 1) {
    const length = Number(lengths[0]?.[1]);
    const body = rest.subarray(0, length);
    return { ...base, body, complete: body.length === length, framing: "length", size: sizeOf(body.length) };
  }
  if (!isAnswer) return { ...base, body: Buffer.alloc(0), complete: true, framing: "none", size: sizeOf(0) };
  return { ...base, body: rest, complete: false, framing: "close", size: bytes.length };
}

export function headerOf(message: HttpMessage, name: string): string | null {
  return message.headers.find(([each]) => each === name)?.[1] ?? null;
}

function readHeader(line: string): readonly [string, string] {
  const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
  if (name === undefined || value === undefined) throw new Error(`not a header: ${JSON.stringify(line)}`);
  return [name.toLowerCase(), value];
}

function readChunks(bytes: Buffer): { body: Buffer; used: number; complete: boolean } {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf("\r\n", at, "latin1");
    if (lineEnd < 0) return { body: Buffer.concat(parts), used: bytes.length, complete: false };
    const line = bytes.toString("latin1", at, lineEnd);
    if (!/^[0-9a-f]+$/i.test(line)) throw new Error(`not a chunk size: ${JSON.stringify(line.slice(0, 40))}`);
    const size = Number.parseInt(line, 16);
    const start = lineEnd + 2;
    if (size > 0) parts.push(bytes.subarray(start, start + size));
    const end = start + size + 2;
    if (bytes.length < end) return { body: Buffer.concat(parts), used: bytes.length, complete: false };
    if (bytes.toString("latin1", start + size, end) !== "\r\n")
      throw new Error("a chunk is longer than it says");
    if (size === 0) return { body: Buffer.concat(parts), used: end, complete: true };
    at = end;
  }
}
