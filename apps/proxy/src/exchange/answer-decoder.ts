import type { Transform } from "node:stream";
import {
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
  type ZlibOptions,
} from "node:zlib";

/** What comes out of one content-encoding at most, many times what a model writes: a small bomb must not fill a client. */
const MAX_DECODED_BYTES = 64 * 1024 * 1024;

/** Takes the decoded body. Exactly one of `end` and `fail` is called, once. */
export interface DecodedSink {
  data(chunk: Buffer): void;
  end(): void;
  fail(error: Error): void;
  /** More may be written after a `write` that said no. */
  drain(): void;
}

/** Undoes the content-encoding of an answer as it comes, event by event where its sender flushed them. */
export interface AnswerDecoder {
  /** @returns Whether more may come at once. */
  write(chunk: Buffer): boolean;
  end(): void;
  pause(): void;
  resume(): void;
  destroy(): void;
}

const OPENERS: Readonly<Record<string, () => Transform>> = {
  gzip: () => createGunzip(FLUSHING),
  "x-gzip": () => createGunzip(FLUSHING),
  deflate: () => createInflate(FLUSHING),
  br: () => createBrotliDecompress(),
  zstd: () => createZstdDecompress(),
};

const FLUSHING: ZlibOptions = { chunkSize: 64 * 1024 };

/** Whether an answer in this encoding can be read. Two encodings over each other are not. */
export function isReadable(encoding: string): boolean {
  return Object.hasOwn(OPENERS, encoding.trim().toLowerCase());
}

/** Whether the word stands for no encoding at all, as some servers write it out. */
export function isPlain(encoding: string): boolean {
  return ["", "identity"].includes(encoding.trim().toLowerCase());
}

/** @throws {RangeError} For an encoding that is not {@link isReadable}. */
export function openAnswerDecoder(encoding: string, sink: DecodedSink): AnswerDecoder {
  const stream = OPENERS[encoding.trim().toLowerCase()]?.();
  if (stream === undefined) throw new RangeError(`no decoder for ${encoding}`);
  let bytes = 0;
  let isEmpty = true;
  stream.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_DECODED_BYTES) stream.destroy(new Error("the decoded answer is too large"));
    else sink.data(chunk);
  });
  stream.on("end", () => sink.end());
  stream.on("error", (error: Error) => sink.fail(error));
  stream.on("drain", () => sink.drain());
  return {
    write: (chunk) => {
      isEmpty = false;
      return stream.write(chunk);
    },
    end: () => {
      if (!isEmpty) return void stream.end();
      // Nothing was packed: a head that names an encoding out of habit.
      stream.destroy();
      sink.end();
    },
    pause: () => void stream.pause(),
    resume: () => void stream.resume(),
    destroy: () => void stream.destroy(),
  };
}
