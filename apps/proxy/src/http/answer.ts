import type { IncomingMessage, ServerResponse } from "node:http";
import type { ConfigIssue, ErrorBody } from "@ccp/usage-contract";

/** One of the gateway's own errors, in the shape that Anthropic's clients read. */
export interface OwnError {
  readonly status: number;
  readonly type: string;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly issues?: readonly ConfigIssue[];
}

export function errorBody(error: OwnError, requestId: string): ErrorBody {
  const issues = error.issues === undefined ? {} : { issues: error.issues.map((issue) => ({ ...issue })) };
  return {
    type: "error",
    error: { type: error.type, message: error.message, ...issues },
    request_id: requestId,
  };
}

/**
 * Answers with one of the gateway's own errors, unless an answer has begun.
 *
 * @param mayRead `false`: nothing more of the connection is read, not even to be thrown away; it may not be framed as it says.
 */
export function sendError(
  outgoing: ServerResponse,
  error: OwnError,
  requestId: string,
  mayRead = true,
): void {
  if (outgoing.headersSent || outgoing.destroyed) {
    outgoing.destroy();
    return;
  }
  const body = JSON.stringify(errorBody(error, requestId));
  const isUnread = hasUnreadBody(outgoing.req);
  outgoing.writeHead(error.status, {
    // What is still to come of an unread body would be taken for the next request.
    ...(isUnread ? { connection: "close" } : {}),
    "content-type": "application/json",
    "x-content-type-options": "nosniff",
    "content-length": Buffer.byteLength(body),
    "x-ccp-request-id": requestId,
    ...error.headers,
  });
  // A client that was not yet asked for its body has nothing on the way.
  if (!isUnread || !mayRead || outgoing.req.headers.expect !== undefined) {
    outgoing.end(body);
    return;
  }
  outgoing.write(body);
  endAfterBody(outgoing);
}

function hasUnreadBody({ complete, headers }: IncomingMessage): boolean {
  if (complete) return false;
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

const LINGER_MS = 2_000;
const LINGER_BYTES = 4 * 1024 * 1024;

/**
 * Ends an answer whose client is still sending, a little later: a connection that is closed on unread bytes is reset, and
 * the client would see that instead of its answer. What comes meanwhile is thrown away.
 */
function endAfterBody(outgoing: ServerResponse): void {
  const { req } = outgoing;
  let bytes = 0;
  const end = (): void => {
    clearTimeout(timer);
    outgoing.end();
  };
  const timer = setTimeout(end, LINGER_MS);
  req.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > LINGER_BYTES) end();
  });
  req.once("end", end);
  req.once("close", end);
  req.resume();
}
