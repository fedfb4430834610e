import type { IncomingMessage, ServerResponse } from "node:http";
import { type MediaSize, type RequestScan, scanMedia, scanRequest } from "@ccp/request-scan";
import type { Deps } from "../deps.ts";
import type { OwnError } from "../http/answer.ts";
import { readBody } from "../http/read-body.ts";
import { decodeBody, isKnownEncoding } from "./decode-body.ts";

/** A client's request, read and understood as far as routing needs. */
export interface Accepted {
  readonly rid: string;
  readonly startedWallMs: number;
  readonly startedMonoMs: number;
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  /** Path and query as they came. */
  readonly target: string;
  /** The body as it came: sent as it is unless a repair must change it. */
  readonly received: readonly Buffer[];
  /** The body without its content-encoding; the same list where there is none. */
  readonly plain: readonly Buffer[];
  readonly plainBytes: number;
  /** What is charged to the budget of all bodies until {@link releaseBody}. */
  readonly heldBytes: number;
  readonly scan: RequestScan;
  /** Pictures and documents in the body. */
  readonly media: MediaSize;
}

export type Acceptance =
  | { readonly kind: "accepted"; readonly accepted: Accepted }
  | { readonly kind: "refused"; readonly error: OwnError }
  /** The client left before its request was whole: nobody is there to answer. */
  | { readonly kind: "gone" };

/** Reads and scans a Messages request. Nothing of it is parsed into objects: the same bytes go on. */
export async function accept(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  rid: string,
  deps: Deps,
): Promise<Acceptance> {
  const startedWallMs = deps.clock.wallMs();
  const startedMonoMs = deps.clock.monoMs();
  const headerError = judgeHeaders(incoming);
  if (headerError !== null) return { kind: "refused", error: headerError };

  const body = await readBody(incoming, deps.settings.maxBodyBytes, deps.bodyBudget);
  if (body.kind === "gone") return body;
  if (body.kind === "refused") return body;

  const encoding = incoming.headers["content-encoding"] ?? "identity";
  const { maxBodyBytes } = deps.settings;
  const decoded = await decodeBody(body.chunks, encoding, maxBodyBytes, deps.bodyBudget);
  if (decoded.kind === "refused") return refuse(body.bytes, decoded.error, deps);

  // Both forms of a body that came packed are held: one to send, one to read.
  const heldBytes = decoded.chunks === body.chunks ? body.bytes : body.bytes + decoded.bytes;
  const scanned = scanRequest(decoded.chunks);
  if (!scanned.success) {
    return refuse(heldBytes, invalidRequest(400, scanned.message), deps);
  }
  return {
    kind: "accepted",
    accepted: {
      rid,
      startedWallMs,
      startedMonoMs,
      incoming,
      outgoing,
      target: incoming.url ?? "/",
      received: body.chunks,
      plain: decoded.chunks,
      plainBytes: decoded.bytes,
      heldBytes,
      scan: scanned.scan,
      media: scanMedia(decoded.chunks),
    },
  };
}

/** Gives a body back to the budget. Called once, by whoever accepted it. */
export function releaseBody(accepted: Accepted, deps: Pick<Deps, "bodyBudget">): void {
  deps.bodyBudget.heldBytes -= accepted.heldBytes;
}

function refuse(bytes: number, error: OwnError, deps: Pick<Deps, "bodyBudget">): Acceptance {
  deps.bodyBudget.heldBytes -= bytes;
  return { kind: "refused", error };
}

/** JSON only: a form or plain-text body is what a page on another site can send without asking. */
function judgeHeaders(incoming: IncomingMessage): OwnError | null {
  const type = incoming.headers["content-type"] ?? "";
  if (!/^application\/([\w.+-]+\+)?json\b/i.test(type)) {
    return invalidRequest(415, "content-type must be application/json");
  }
  const encoding = incoming.headers["content-encoding"] ?? "identity";
  if (!isKnownEncoding(encoding)) {
    return invalidRequest(415, "content-encoding must be identity, gzip, br or zstd");
  }
  return null;
}

function invalidRequest(status: number, message: string): OwnError {
  return { status, type: "invalid_request_error", message };
}
