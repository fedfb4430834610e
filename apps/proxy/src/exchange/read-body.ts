import type { IncomingMessage } from "node:http";
import type { OwnError } from "../http/answer.ts";

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
 * Reads a body into the list of its chunks, never joined, and charges it to the budget: whoever gets it gives it back. A declared length above the cap is refused before a byte
 * is read; an undeclared one as soon as it passes the cap.
 */
export async function readBody(
  incoming: IncomingMessage,
  maxBytes: number,
  budget: BodyBudget,
): Promise<BodyRead> {
  const declared = Number(incoming.headers["content-length"] ?? 0);
  if (declared > maxBytes) return { kind: "refused", error: tooLarge(maxBytes) };
  if (budget.heldBytes + declared > budget.maxBytes) return { kind: "refused", error: overCommitted() };

  const chunks: Buffer[] = [];
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
      chunks.push(chunk);
    });
    incoming.once("end", () => settle({ kind: "read", chunks, bytes }));
    incoming.once("error", () => settle({ kind: "gone" }));
    incoming.once("close", () => settle({ kind: "gone" }));
  });
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

function overCommitted(): OwnError {
  return {
    status: 503,
    type: "overloaded_error",
    message: "too many large requests are in flight in this gateway",
    headers: { connection: "close", "retry-after": "1" },
  };
}
