import { promisify } from "node:util";
import { brotliDecompress, gunzip, zstdDecompress } from "node:zlib";
import type { OwnError } from "../http/answer.ts";

type Decoder = (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

const DECODERS: Readonly<Record<string, Decoder>> = {
  gzip: promisify(gunzip),
  "x-gzip": promisify(gunzip),
  br: promisify(brotliDecompress),
  zstd: promisify(zstdDecompress),
};

export type DecodedBody =
  | { readonly kind: "decoded"; readonly chunks: readonly Buffer[]; readonly bytes: number }
  | { readonly kind: "refused"; readonly error: OwnError };

export function isKnownEncoding(encoding: string): boolean {
  return isIdentity(encoding) || Object.hasOwn(DECODERS, encoding.trim().toLowerCase());
}

/** Undoes one content-encoding. The cap holds for what comes out, so that a small bomb stays small. */
export async function decodeBody(
  chunks: readonly Buffer[],
  encoding: string,
  maxBytes: number,
): Promise<DecodedBody> {
  if (isIdentity(encoding)) {
    let bytes = 0;
    for (const chunk of chunks) bytes += chunk.length;
    return { kind: "decoded", chunks, bytes };
  }
  const decoder = DECODERS[encoding.trim().toLowerCase()];
  try {
    const plain = await decoder?.(Buffer.concat(chunks), { maxOutputLength: maxBytes });
    if (plain === undefined) throw new RangeError(`no decoder for ${encoding}`);
    return { kind: "decoded", chunks: [plain], bytes: plain.length };
  } catch (error) {
    const tooLarge = (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
    return {
      kind: "refused",
      error: tooLarge
        ? { status: 413, type: "request_too_large", message: "the request body is too large once decoded" }
        : {
            status: 400,
            type: "invalid_request_error",
            message: `the request body is not valid ${encoding}`,
          },
    };
  }
}

function isIdentity(encoding: string): boolean {
  const word = encoding.trim().toLowerCase();
  return word === "" || word === "identity";
}
