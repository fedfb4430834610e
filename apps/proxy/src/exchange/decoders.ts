import type { Transform } from "node:stream";
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
  type ZlibOptions,
  type ZstdOptions,
} from "node:zlib";

const CHUNKED: ZlibOptions = { chunkSize: 64 * 1024 };

/** RFC 9659: content in zstd has a window of 8 MB at most. More is memory that a head of a few bytes can ask for. */
const ZSTD: ZstdOptions = { params: { [constants.ZSTD_d_windowLogMax]: 23 } };

const OPENERS: Readonly<Record<string, () => Transform>> = {
  gzip: () => createGunzip(CHUNKED),
  "x-gzip": () => createGunzip(CHUNKED),
  deflate: () => createInflate(CHUNKED),
  br: () => createBrotliDecompress(),
  zstd: () => createZstdDecompress(ZSTD),
};

/** Opens what undoes one content-encoding as it comes. `null`: an unknown one, or several over each other. */
export function openDecoder(encoding: string): Transform | null {
  const word = encoding.trim().toLowerCase();
  return Object.hasOwn(OPENERS, word) ? (OPENERS[word]?.() ?? null) : null;
}

/** Whether {@link openDecoder} knows it. */
export function isReadable(encoding: string): boolean {
  return Object.hasOwn(OPENERS, encoding.trim().toLowerCase());
}

/** Whether the word stands for no encoding at all, as some peers write it out. */
export function isPlain(encoding: string): boolean {
  return ["", "identity"].includes(encoding.trim().toLowerCase());
}
