import type { ServerResponse } from "node:http";
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

/** Answers with one of the gateway's own errors, unless an answer has begun. */
export function sendError(outgoing: ServerResponse, error: OwnError, requestId: string): void {
  if (outgoing.headersSent || outgoing.destroyed) {
    outgoing.destroy();
    return;
  }
  const body = JSON.stringify(errorBody(error, requestId));
  outgoing.writeHead(error.status, {
    // What is still to come of an unread body would be taken for the next request.
    ...(outgoing.req.complete ? {} : { connection: "close" }),
    "content-type": "application/json",
    "x-content-type-options": "nosniff",
    "content-length": Buffer.byteLength(body),
    "x-ccp-request-id": requestId,
    ...error.headers,
  });
  outgoing.end(body);
}
