import type { IncomingMessage, ServerResponse } from "node:http";
import { ANTHROPIC_LANE } from "@ccp/usage-contract";
import type { Deps } from "../deps.ts";
import { sendError } from "../http/answer.ts";
import { connectionNames, eachHeader, mayGoUpstream } from "../http/header-rules.ts";
import { laneUnusable } from "../lanes/lane-runtime.ts";
import { noAnswer, noUsableLane, upstreamRedirect } from "./fail.ts";
import { credentialFor } from "./prepare.ts";
import { pumpUncounted } from "./pump.ts";
import { downstreamHeaders } from "./relay.ts";
import { send } from "./send.ts";
import { CallFailure } from "./upstream-call.ts";

/**
 * Relays any other call of the Anthropic API to the `anthropic` lane untouched: bodies and answers are streamed,
 * nothing is counted, and what goes wrong marks nothing.
 */
export async function passThrough(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  target: string,
  deps: Deps,
): Promise<void> {
  const rid = deps.newId();
  const runtime = deps.lanes.get(ANTHROPIC_LANE);
  if (runtime === undefined || laneUnusable(runtime) !== null) {
    sendError(outgoing, noUsableLane([`${ANTHROPIC_LANE}: ${laneUnusable(runtime) ?? "off"}`]), rid);
    return;
  }
  const hasBody =
    incoming.headers["content-length"] !== undefined || incoming.headers["transfer-encoding"] !== undefined;
  const sent = await send(
    {
      lane: runtime,
      method: incoming.method ?? "GET",
      path: runtime.basePath + target,
      headers: [
        ...forwardedHeaders(incoming),
        ...credentialFor(incoming.rawHeaders, runtime, runtime.lane.auth.headerMode).headers,
      ],
      body: hasBody ? incoming : null,
      decode: false,
    },
    deps,
    (call) => outgoing.once("close", () => call.leave(deps.backlog.add)),
  );
  if (sent.head === null) {
    sendError(outgoing, noAnswer(ANTHROPIC_LANE, sent.failure ?? new CallFailure("reset", null)), rid);
    return;
  }
  const { head, call } = sent;
  if (head.status >= 300 && head.status < 400 && head.status !== 304) {
    call.abort(new CallFailure("aborted", null));
    sendError(outgoing, upstreamRedirect(ANTHROPIC_LANE), rid);
    return;
  }
  const own = { "x-ccp-request-id": rid, "x-ccp-lane": ANTHROPIC_LANE };
  outgoing.writeHead(head.status, downstreamHeaders(head.rawHeaders, runtime, false, own));
  outgoing.flushHeaders();
  pumpUncounted(call, outgoing, deps.settings.clientStallTimeoutMs);
}

function forwardedHeaders(incoming: IncomingMessage): string[] {
  const listed = connectionNames(incoming.rawHeaders);
  const headers: string[] = [];
  eachHeader(incoming.rawHeaders, (name, value, spelled) => {
    // Nothing is read here, so the client's own wish for an encoding stands; the length frames the streamed body.
    const isOwn = name === "accept-encoding" || name === "content-length";
    if (isOwn || mayGoUpstream(name, listed)) headers.push(spelled, value);
  });
  return headers;
}
