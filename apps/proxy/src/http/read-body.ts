import type { IncomingMessage } from "node:http";
import type { OwnError } from "./answer.ts";

/** Bytes of request bodies held at this moment, by all requests together. */
export interface BodyBudget {
  heldBytes: number;
  readonly maxBytes: number;
}

export type BodyRead =
  | { readonly kind: "read"; readonly chunks: readonly Buffer[]; readonly bytes: number }
  | { readonly kind: "refused"; readonly error: OwnError }
  | { readonly kind: "gone" };

/**
 * Reads a body into the list of its chunks, never joined, and charges it to the budget: whoever gets it gives it back. A
 * declared length above the cap is refused before a byte is read; an undeclared one as soon as it passes the cap.
 */
export async function readBody(
  incoming: IncomingMessage,
  maxBytes: number,
  budget: BodyBudget,
): Promise<BodyRead> {
  const declared = Number(incoming.headers["content-length"] ?? 0);
  if (declared > maxBytes) return { kind: "refused", error: tooLarge(maxBytes) };
  if (budget.heldBytes + declared > budget.maxBytes) return { kind: "refused", error: overCommitted() };

  const pieces = createPieces();
  let bytes = 0;
  return new Promise<BodyRead>((resolve) => {
    let settled = false;
    const settle = (read: BodyRead): void => {
      if (settled) return;
      settled = true;
      // What was read stays charged to the budget only while somebody holds it.
      if (read.kind !== "read") budget.heldBytes -= bytes;
      resolve(read);
    };
    const refuse = (error: OwnError): void => {
      incoming.pause();
      incoming.removeAllListeners("data");
      settle({ kind: "refused", error });
    };
    incoming.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      budget.heldBytes += chunk.length;
      if (bytes > maxBytes) return refuse(tooLarge(maxBytes));
      if (budget.heldBytes > budget.maxBytes) return refuse(overCommitted());
      pieces.add(chunk);
    });
    incoming.once("end", () => settle({ kind: "read", chunks: pieces.list(), bytes }));
    incoming.once("error", () => settle({ kind: "gone" }));
    incoming.once("close", () => settle({ kind: "gone" }));
  });
}

/** Enough for any body that was not cut up on purpose. */
const PIECES_AS_THEY_COME = 64;
const SMALL_BYTES = 4 * 1024;
const SLAB_BYTES = 64 * 1024;

interface Pieces {
  add(piece: Buffer): void;
  list(): readonly Buffer[];
}

/**
 * Gathers pieces without joining them. Of a body that comes in very many small ones, those are copied together: one byte in
 * a piece of its own holds a hundred times the memory that it is charged for.
 */
function createPieces(): Pieces {
  const kept: Buffer[] = [];
  let slab = Buffer.alloc(0);
  let used = 0;
  const closeSlab = (): void => {
    if (used > 0) kept.push(slab.subarray(0, used));
    slab = slab.subarray(used);
    used = 0;
  };
  return {
    add(piece) {
      if (kept.length < PIECES_AS_THEY_COME || piece.length >= SMALL_BYTES) {
        closeSlab();
        kept.push(piece);
        return;
      }
      if (used + piece.length > slab.length) {
        closeSlab();
        slab = Buffer.allocUnsafe(SLAB_BYTES);
      }
      used += piece.copy(slab, used);
    },
    list() {
      closeSlab();
      return kept;
    },
  };
}

/** The connection closes: what the client still sends of this body would be read as its next request. */
function tooLarge(maxBytes: number): OwnError {
  return {
    status: 413,
    type: "request_too_large",
    message: `the request body is larger than ${Number((maxBytes / 1_048_576).toFixed(3))} MB (CCP_MAX_BODY_MB)`,
    headers: { connection: "close" },
  };
}

export function overCommitted(): OwnError {
  return {
    status: 503,
    type: "overloaded_error",
    message: "too many large requests are in flight in this gateway",
    headers: { connection: "close", "retry-after": "1" },
  };
}
