import type { IncomingMessage } from "node:http";
import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from "node:zlib";

/** One request as it arrived, and how it ended. Fields fill in while the exchange goes on. */
export interface RecordedRequest {
  /** From 0, in arrival order of the request's head. */
  readonly index: number;
  readonly method: string;
  /** Request target as sent, query included. */
  readonly url: string;
  /** Path without the query and without the mock's prefix. */
  readonly path: string;
  /** The path does not begin with the mock's prefix, and `path` is the whole of it. */
  readonly outside: boolean;
  /** Names and values in turn, spelling and order kept. */
  readonly rawHeaders: readonly string[];
  /** Bytes as received, compressed or not. Empty until complete, and where bodies are not recorded. */
  readonly body: Buffer;
  readonly bodyComplete: boolean;
  /** Epoch ms at which the head had been read. */
  readonly at: number;
  /** Number of the connection, from 1, and of the request on it, from 1. */
  readonly connection: number;
  readonly turn: number;
  /** The client left before the answer was complete. Stays false when the mock itself cut the connection. */
  readonly aborted: boolean;
  readonly abortedAt: number | null;
  /** Events handed to the socket so far (a body that is no stream counts as one), and the share of all of them. */
  readonly sentParts: number;
  readonly sentShare: number;
  /** Settles when the exchange is over, in whatever way. Never rejects. */
  readonly ended: Promise<"answered" | "aborted" | "cut">;
  /** First value of a header, any case; null if absent. */
  header(name: string): string | null;
  /** Body parsed as JSON after undoing `content-encoding`; null if it is none. */
  json(): unknown;
}

/** Bound on a decoded request body. */
const MAX_DECODED_BYTES = 128 * 1024 * 1024;

function decode(body: Buffer, encoding: string | null): Buffer {
  const bound = { maxOutputLength: MAX_DECODED_BYTES };
  switch (encoding?.trim().toLowerCase()) {
    case "gzip":
      return gunzipSync(body, bound);
    case "br":
      return brotliDecompressSync(body, bound);
    case "zstd":
      return zstdDecompressSync(body, bound);
    case "deflate":
      return inflateSync(body, bound);
    default:
      return body;
  }
}

/** The recording side of {@link RecordedRequest}: only the mock's own server writes to it. */
export class RequestRecord implements RecordedRequest {
  readonly index: number;
  readonly method: string;
  readonly url: string;
  readonly path: string;
  readonly outside: boolean;
  readonly rawHeaders: readonly string[];
  readonly at: number;
  readonly connection: number;
  readonly turn: number;
  readonly ended: Promise<"answered" | "aborted" | "cut">;
  body: Buffer = Buffer.alloc(0);
  bodyComplete = false;
  aborted = false;
  abortedAt: number | null = null;
  sentParts = 0;
  sentShare = 0;
  #settle: (how: "answered" | "aborted" | "cut") => void = () => undefined;
  #json: { value: unknown } | null = null;

  constructor(
    request: IncomingMessage,
    place: { index: number; path: string; outside: boolean; at: number; connection: number; turn: number },
  ) {
    this.index = place.index;
    this.method = request.method ?? "";
    this.url = request.url ?? "";
    this.path = place.path;
    this.outside = place.outside;
    this.rawHeaders = request.rawHeaders;
    this.at = place.at;
    this.connection = place.connection;
    this.turn = place.turn;
    this.ended = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  header(name: string): string | null {
    const wanted = name.toLowerCase();
    for (let i = 0; i + 1 < this.rawHeaders.length; i += 2) {
      if (this.rawHeaders[i]?.toLowerCase() === wanted) return this.rawHeaders[i + 1] ?? null;
    }
    return null;
  }

  json(): unknown {
    if (!this.bodyComplete) return null;
    if (this.#json === null) this.#json = { value: this.#parse() };
    return this.#json.value;
  }

  #parse(): unknown {
    try {
      return JSON.parse(decode(this.body, this.header("content-encoding")).toString("utf8"));
    } catch {
      return null;
    }
  }

  forgetBody(): void {
    this.body = Buffer.alloc(0);
    this.#json = { value: null };
  }

  sent(parts: number, of: number): void {
    this.sentParts = parts;
    this.sentShare = of === 0 ? 1 : parts / of;
  }

  settle(how: "answered" | "aborted" | "cut", nowMs: number): void {
    if (how === "aborted") {
      this.aborted = true;
      this.abortedAt = nowMs;
    }
    this.#settle(how);
  }
}
