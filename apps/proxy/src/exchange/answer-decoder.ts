import { openDecoder } from "./decoders.ts";

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

/** @throws {RangeError} For an encoding that is not readable. */
export function openAnswerDecoder(encoding: string, sink: DecodedSink): AnswerDecoder {
  const stream = openDecoder(encoding);
  if (stream === null) throw new RangeError(`no decoder for ${encoding}`);
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
