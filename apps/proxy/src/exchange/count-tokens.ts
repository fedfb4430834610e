import type { IncomingMessage, ServerResponse } from "node:http";
import type { Deps } from "../deps.ts";
import { sendError } from "../http/answer.ts";
import { type Accepted, accept, releaseBody } from "./accept.ts";
import { decideNext, NOTHING_TRIED, planQuestion } from "./plan.ts";
import { type CredentialOwner, prepare } from "./prepare.ts";
import { pumpUncounted } from "./pump.ts";
import { readQuestion } from "./read-question.ts";
import { downstreamHeaders } from "./relay.ts";
import { send } from "./send.ts";
import { type AnswerHead, CallFailure, type UpstreamCall } from "./upstream-call.ts";

/** On top of the learned ratio: an estimate that is too low would let a conversation outgrow its context unseen. */
const ESTIMATE_MARGIN = 1.1;
const ANSWER_WAIT_MS = 10_000;

/**
 * `POST /v1/messages/count_tokens`: asks the lane that would serve, and estimates where that lane cannot count. Clients
 * send these in bursts, so they count nowhere: no usage, no reservation, no mark.
 */
export async function countTokens(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  deps: Deps,
): Promise<void> {
  const rid = deps.newId();
  const acceptance = await accept(incoming, outgoing, rid, deps);
  if (acceptance.kind === "gone") return;
  if (acceptance.kind === "refused") return sendError(outgoing, acceptance.error, rid);
  const { accepted } = acceptance;
  try {
    if (!outgoing.destroyed) await answerCount(accepted, deps);
  } finally {
    releaseBody(accepted, deps);
  }
}

async function answerCount(accepted: Accepted, deps: Deps): Promise<void> {
  const { outgoing, rid } = accepted;
  // The count is of the whole conversation, whatever answer would follow.
  const question = { ...readQuestion(accepted, deps.sightAccount), maxTokens: null, isQuotaProbe: false };
  const plan = planQuestion(question, deps);
  const { decision, predictions } = decideNext(plan, NOTHING_TRIED, deps.clock.wallMs(), deps);
  const lane = decision.kind === "send" ? decision.lane : plan.preferred;
  const estimate = predictions.get(lane)?.inputTokens ?? 0;
  if (decision.kind !== "send") return sendEstimate(outgoing, estimate, rid);
  return countOnLane(accepted, lane, estimate, deps);
}

async function countOnLane(accepted: Accepted, laneId: string, estimate: number, deps: Deps): Promise<void> {
  const { outgoing, rid } = accepted;
  const runtime = deps.lanes.get(laneId);
  if (runtime === undefined) return sendEstimate(outgoing, estimate, rid);
  const preparation = prepare(accepted, runtime, deps);
  if (preparation.kind === "unfit") return sendError(outgoing, preparation.error, rid);
  const { call, head } = await send({ ...preparation.prepared, lane: runtime, decode: true }, deps, (each) =>
    outgoing.once("close", () => each.leave(deps.backlog.add)),
  );
  if (head === null || !(await holdsCount(call, head, preparation.prepared.credential))) {
    call.abort(new CallFailure("aborted", null));
    return sendEstimate(outgoing, estimate, rid);
  }
  const own = { "x-ccp-request-id": rid, "x-ccp-lane": laneId };
  outgoing.writeHead(head.status, downstreamHeaders(head.rawHeaders, runtime, false, own));
  pumpUncounted(call, outgoing, deps.settings.clientStallTimeoutMs);
}

/**
 * Missing, busy or broken says nothing about the conversation, which the client wants measured; the request's own faults
 * are the client's. Some upstreams answer a path they do not have with 200 and an error in the body.
 */
async function holdsCount(
  call: UpstreamCall,
  head: AnswerHead,
  credential: CredentialOwner,
): Promise<boolean> {
  const { status } = head;
  // The lane's key is the operator's to mend; a client would only ask again.
  if ((status === 401 || status === 403) && credential === "lane") return false;
  if (status >= 400 && status < 500) {
    if (status === 404 || status === 405 || status === 429) return false;
    // One that breaks before it says anything would leave the client with a broken connection.
    await call.holdUntil((held) => held.length > 0, ANSWER_WAIT_MS);
    return call.heldBytes > 0 || call.failure === null;
  }
  if (status !== 200) return false;
  await call.holdUntil(() => false, ANSWER_WAIT_MS);
  return call.failure === null && Buffer.concat(call.held).includes('"input_tokens"');
}

function sendEstimate(outgoing: ServerResponse, inputTokens: number, rid: string): void {
  if (outgoing.destroyed) return;
  const body = JSON.stringify({ input_tokens: Math.ceil(inputTokens * ESTIMATE_MARGIN) });
  outgoing.writeHead(200, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "x-ccp-request-id": rid,
    "x-ccp-lane": "none",
    "x-ccp-token-count": "estimate",
  });
  outgoing.end(body);
}
