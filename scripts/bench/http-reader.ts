const HEAD_END = "\r\n\r\n";
const LINE_END = "\r\n";
const EMPTY: Buffer = Buffer.alloc(0);

export interface MessageEvents {
  /** First line and headers, without the blank line. */
  head(text: string): void;
  /** Bytes of the body, freed of chunk framing. */
  data(bytes: Buffer): void;
  end(): void;
}

export interface MessageReader {
  push(bytes: Buffer): void;
}

/**
 * Reads HTTP/1.1 messages off one connection: enough of the protocol for the two ends of the benchmark, which must
 * cost less than what stands between them. A body has a `content-length` or comes in chunks; trailers are not expected.
 */
export function createMessageReader(events: MessageEvents): MessageReader {
  let rest = EMPTY;
  let state: "head" | "length" | "chunk_size" | "chunk" | "chunk_end" = "head";
  let bytesLeft = 0;
  let lastChunk = false;

  const finish = (): void => {
    state = "head";
    events.end();
  };

  /** @returns Bytes taken from `bytes` at `at`; 0 when more input is needed first. */
  const step = (bytes: Buffer, at: number): number => {
    switch (state) {
      case "head":
        return readHead(bytes, at);
      case "chunk_size": {
        const end = bytes.indexOf(LINE_END, at, "latin1");
        if (end < 0) return 0;
        bytesLeft = Number.parseInt(bytes.toString("latin1", at, end), 16);
        lastChunk = bytesLeft === 0;
        state = lastChunk ? "chunk_end" : "chunk";
        return end + LINE_END.length - at;
      }
      case "chunk_end":
        if (bytes.length - at < LINE_END.length) return 0;
        state = "chunk_size";
        if (lastChunk) finish();
        return LINE_END.length;
      default: {
        const taken = Math.min(bytesLeft, bytes.length - at);
        bytesLeft -= taken;
        events.data(bytes.subarray(at, at + taken));
        if (bytesLeft > 0) return taken;
        if (state === "chunk") state = "chunk_end";
        else finish();
        return taken;
      }
    }
  };

  const readHead = (bytes: Buffer, at: number): number => {
    const end = bytes.indexOf(HEAD_END, at, "latin1");
    if (end < 0) return 0;
    const text = bytes.toString("latin1", at, end);
    events.head(text);
    bytesLeft = Number(/\r\ncontent-length: *(\d+)/i.exec(text)?.[1] ?? 0);
    if (/\r\ntransfer-encoding: *chunked/i.test(text)) state = "chunk_size";
    else if (bytesLeft > 0) state = "length";
    else finish();
    return end + HEAD_END.length - at;
  };

  return {
    push(incoming) {
      const bytes = rest.length === 0 ? incoming : Buffer.concat([rest, incoming]);
      rest = EMPTY;
      let at = 0;
      while (at < bytes.length) {
        const taken = step(bytes, at);
        if (taken === 0) {
          rest = bytes.subarray(at);
          return;
        }
        at += taken;
      }
    },
  };
}
