import type { OwnError } from "../http/answer.ts";
import { type BodyBudget, overCommitted } from "../http/read-body.ts";
import { isPlain, isReadable, openDecoder } from "./decoders.ts";

export type DecodedBody =
  | { readonly kind: "decoded"; readonly chunks: readonly Buffer[]; readonly bytes: number }
  | { readonly kind: "refused"; readonly error: OwnError };

/** `deflate` means two things, and a lane may know the other one. */
export function isKnownEncoding(encoding: string): boolean {
  return isPlain(encoding) || (isReadable(encoding) && encoding.trim().toLowerCase() !== "deflate");
}

/**
 * Undoes one content-encoding. What comes out is charged to the budget as it comes: many small bombs at once must stay as
 * small as one. Whoever gets it gives it back; a body without an encoding is handed back as it is, and charged nothing.
 *
 * @param maxBytes Cap on what comes out.
 */
export async function decodeBody(
  chunks: readonly Buffer[],
  encoding: string,
  maxBytes: number,
  budget: BodyBudget,
): Promise<DecodedBody> {
  if (isPlain(encoding)) {
    let bytes = 0;
    for (const chunk of chunks) bytes += chunk.length;
    return { kind: "decoded", chunks, bytes };
  }
  const decoder = openDecoder(encoding);
  if (decoder === null) return refused(notValid(encoding));
  const plain: Buffer[] = [];
  let bytes = 0;
  return new Promise((resolve) => {
    const refuse = (error: OwnError): void => {
      decoder.destroy();
      budget.heldBytes -= bytes;
      bytes = 0;
      resolve(refused(error));
    };
    decoder.on("data", (chunk: Buffer) => {
      // One that was refused may have had more ready.
      if (decoder.destroyed) return;
      bytes += chunk.length;
      budget.heldBytes += chunk.length;
      if (bytes > maxBytes) return refuse(TOO_LARGE);
      if (budget.heldBytes > budget.maxBytes) return refuse(overCommitted());
      plain.push(chunk);
    });
    decoder.once("end", () => resolve({ kind: "decoded", chunks: plain, bytes }));
    decoder.once("error", () => refuse(notValid(encoding)));
    for (const chunk of chunks) decoder.write(chunk);
    decoder.end();
  });
}

const TOO_LARGE: OwnError = {
  status: 413,
  type: "request_too_large",
  message: "the request body is too large once decoded",
};

function notValid(encoding: string): OwnError {
  return {
    status: 400,
    type: "invalid_request_error",
    message: `the request body is not valid ${encoding}`,
  };
}

function refused(error: OwnError): DecodedBody {
  return { kind: "refused", error };
}
