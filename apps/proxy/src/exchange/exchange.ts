import type { IncomingMessage, ServerResponse } from "node:http";
import type { Deps } from "../deps.ts";
import { type OwnError, sendError } from "../http/answer.ts";
import { accept, releaseBody } from "./accept.ts";
import { askLane } from "./ask-lane.ts";
import type { Backlog } from "./backlog.ts";
import { decideTogether } from "./decide-together.ts";
import { allLanesSpent, emptyAnswer, noAnswer, noUsableLane, upstreamRedirect } from "./fail.ts";
import type { Judged } from "./judge.ts";
import { accountOn, type Decided, decideNext, NOTHING_TRIED, type Progress, planQuestion } from "./plan.ts";
import { type Preparation, prepare } from "./prepare.ts";
import { readQuestion } from "./read-question.ts";
import { downstreamHeaders, relay } from "./relay.ts";
import { type Attempt, LEASE_MS, lastAttempt, type Run, type SendDecision, triedLanes } from "./run.ts";
import { countWaste, logDecision, settleAttempt, settleExchange } from "./settle.ts";
import { spentLanes } from "./spent-lanes.ts";
import { type AnswerHead, CallFailure, type UpstreamCall } from "./upstream-call.ts";

/**
 * One `POST /v1/messages`, from the first byte read to the last line logged: accept, then decide, prepare, send and
 * judge once per lane until an answer is the client's, then relay and settle.
 */
export async function runExchange(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  deps: Deps,
): Promise<void> {
  const rid = deps.newId();
  const acceptance = await accept(incoming, outgoing, rid, deps);
  if (acceptance.kind === "gone") return;
  if (acceptance.kind === "refused") return refuseUnread(outgoing, acceptance.error, rid, deps);

  const { accepted } = acceptance;
  // It may have left while its body was being unpacked, before anyone watched.
  if (outgoing.destroyed) return releaseBody(accepted, deps);
  const plan = planQuestion(readQuestion(accepted, deps.sightAccount), deps);
  const run: Run = {
    accepted,
    plan,
    op: accepted.scan.stream ? "stream" : "nonstream",
    attempts: [],
    wastedMs: 0,
    settledAttempts: 0,
    clientGone: false,
    activeCall: null,
  };
  deps.metrics.inflight(1);
  watchClient(run, deps.backlog);
  try {
    await attemptLanes(run, deps);
  } finally {
    abandon(run, deps);
    releaseBody(accepted, deps);
    deps.metrics.inflight(-1);
  }
}

async function attemptLanes(run: Run, deps: Deps): Promise<void> {
  let last: Judged | null = null;
  for (;;) {
    const progress = progressOf(run, last);
    // Only where gateways share a count is anything awaited here, with the tokens reserved meanwhile.
    const decided =
      deps.shared === null
        ? decideNext(run.plan, progress, deps.clock.wallMs(), deps)
        : await decideTogether(run, progress, deps.shared, deps);
    if (run.clientGone)
      return last === null ? undefined : settleExchange(run, { kind: "client_gone", judged: last }, deps);
    if (decided.decision.kind !== "send") return conclude(run, decided, last, deps);
    const nowMs = deps.clock.wallMs();
    endCall(last?.sent.call);
    countWaste(run, deps);

    const attempt = open(run, decided, decided.decision, nowMs, deps);
    if ("error" in attempt) return answerOwn(run, attempt.error, deps);
    const judged = await askLane(run, attempt, deps);
    if (run.clientGone) {
      // What the lane said of its limits stands, whoever is there to hear it.
      if (judged.hop === "limit") settleAttempt(run, attempt, judged, deps);
      return settleExchange(run, { kind: "client_gone", judged }, deps);
    }
    if (!run.accepted.scan.streamKnown && judged.isStream) run.op = "stream";
    settleAttempt(run, attempt, judged, deps);
    if (judged.hop === null) return pass(run, attempt, judged, deps);
    last = judged;
  }
}

/** Whatever went wrong, nothing stays reserved and no call runs on. A settled attempt is left as it is. */
function abandon(run: Run, deps: Deps): void {
  const nowMs = deps.clock.wallMs();
  // One more than there are attempts: a decision may have been reserved, and not opened.
  for (let number = 1; number <= run.attempts.length + 1; number += 1)
    deps.engine.settle(run.accepted.rid, number, null, nowMs);
  deps.book.endProbe(run.accepted.rid, false, nowMs);
  endCall(run.activeCall);
}

/** An error takes its stack when it is made, so none is made for a call that has ended. */
function endCall(call: UpstreamCall | null | undefined): void {
  if (call !== null && call !== undefined && !call.ended) call.abort(new CallFailure("aborted", null));
}

function progressOf(run: Run, last: Judged | null): Progress {
  const attempt = lastAttempt(run);
  if (last === null || attempt === null || last.hop === null) return NOTHING_TRIED;
  return { tried: triedLanes(run), after: { kind: last.hop, lane: attempt.decision.lane } };
}

type Unfit = Extract<Preparation, { kind: "unfit" }>;

/** Deciding and reserving are one step: nothing is awaited between them, so a herd cannot pass together. */
function open(
  run: Run,
  decided: Decided,
  decision: SendDecision,
  nowMs: number,
  deps: Deps,
): Attempt | Unfit {
  const runtime = deps.lanes.get(decision.lane);
  if (runtime === undefined) throw new Error(`the decision names a lane that is not open: ${decision.lane}`);
  const preparation = prepare(run.accepted, runtime, deps);
  if (preparation.kind === "unfit") return preparation;
  const predictedTokens = decided.predictions.get(decision.lane)?.countedTokens ?? 0;
  const attempt: Attempt = {
    number: run.attempts.length + 1,
    decided,
    decision,
    runtime,
    prepared: preparation.prepared,
    predictedTokens,
    startedWallMs: nowMs,
    startedMonoMs: deps.clock.monoMs(),
    retried: false,
    spentMs: 0,
    verdict: null,
  };
  run.attempts.push(attempt);
  deps.engine.reserve(
    {
      rid: run.accepted.rid,
      attempt: attempt.number,
      lane: accountOn(run.plan, decision.lane),
      model: run.plan.question.model,
      predicted: predictedTokens,
      deadlineMs: nowMs + LEASE_MS,
    },
    nowMs,
  );
  deps.book.takeProbe(accountOn(run.plan, decision.lane), run.plan.question.model, run.accepted.rid, nowMs);
  logDecision(run, attempt, deps);
  return attempt;
}

/** The answer is the client's: its head, its bytes, and where it came from. */
async function pass(run: Run, attempt: Attempt, judged: Judged, deps: Deps): Promise<void> {
  const { head, call } = judged.sent;
  const { outgoing, rid } = run.accepted;
  const laneId = attempt.decision.lane;
  if (head === null) throw new Error("only an answered attempt can be passed on");
  if (head.status >= 300 && head.status < 400) {
    endCall(call);
    return answerOwn(run, upstreamRedirect(laneId), deps);
  }
  if (call.ended && call.bodyBytes === 0) return answerOwn(run, emptyAnswer(laneId, head), deps);
  const restore = head.status === 200 ? attempt.prepared.restore : null;
  const own: Record<string, string> = {
    "x-ccp-request-id": rid,
    "x-ccp-lane": laneId,
    "x-ccp-decision": attempt.decision.rerouteDecision,
    ...(deps.drain.active ? { connection: "close" } : {}),
    ...stopBlindRetries(judged, attempt),
  };
  let fault: unknown = null;
  await relay({
    call,
    outgoing,
    status: head.status,
    // A stream may get an event more than its upstream sent, and a restored name another length.
    headers: downstreamHeaders(head.rawHeaders, attempt.runtime, judged.isStream || restore !== null, own),
    isStream: judged.isStream,
    isUnframed: isUnframedJson(head),
    stallMs: deps.settings.clientStallTimeoutMs,
    extractor: attempt.runtime.extractor,
    restore,
    missingStop: attempt.runtime.lane.answers.missingStop,
    onMint: deps.hasSeveralLanes ? (mint) => deps.mints.note(laneId, mint) : null,
    onEnd(relayed) {
      if (relayed.readerFault !== null) {
        const what = `the reader of tokens of lane ${laneId} failed; its answer is estimated`;
        deps.notice("error", `${what}: ${relayed.readerFault}`);
      }
      try {
        settleExchange(run, { kind: "relayed", judged, relayed }, deps);
      } catch (error) {
        // The client gets its last bytes all the same.
        fault = error;
      }
    },
  });
  if (fault !== null) throw fault;
}

/** JSON of which only the end of the connection tells where it ends. */
function isUnframedJson(head: AnswerHead): boolean {
  const framed = head.get("content-length") !== null || head.get("transfer-encoding") !== null;
  return !framed && head.get("content-encoding") === null && /json/i.test(head.get("content-type") ?? "");
}

/** Another lane's spent window will not open within a client's retries. */
function stopBlindRetries(judged: Judged, attempt: Attempt): Record<string, string> {
  const isForeign = attempt.runtime.lane.id !== "anthropic";
  return judged.signal.kind === "quota" && isForeign ? { "x-should-retry": "false" } : {};
}

/** Nowhere is left to go: every lane is spent, or the last answer is all there is. */
async function conclude(run: Run, decided: Decided, last: Judged | null, deps: Deps): Promise<void> {
  const attempt = lastAttempt(run);
  const { decision } = decided;
  if (decision.kind === "refuse") {
    endCall(last?.sent.call);
    const nowMs = deps.clock.wallMs();
    const spent = spentLanes(run.plan, nowMs, deps);
    const error =
      spent.length > 0 ? allLanesSpent(spent, decision.retryAtMs, nowMs) : noUsableLane([decision.reason]);
    return answerOwn(run, error, deps, decided);
  }
  if (last === null || attempt === null)
    return answerOwn(run, noUsableLane([decision.reason]), deps, decided);
  const { head, call } = last.sent;
  const { lane } = attempt.decision;
  // Its words are lost; what it means, and the wait it asks for, are not.
  if (head !== null && head.status >= 400 && call.failure !== null)
    return answerOwn(run, emptyAnswer(lane, head), deps);
  if (head === null || call.failure !== null) {
    const failure = last.sent.failure ?? call.failure ?? new CallFailure("reset", null);
    return answerOwn(run, noAnswer(lane, failure), deps, undefined, failure);
  }
  return pass(run, attempt, last, deps);
}

function answerOwn(
  run: Run,
  error: OwnError,
  deps: Deps,
  decided?: Decided,
  failure: CallFailure | null = null,
): void {
  const { outgoing, rid } = run.accepted;
  const lane = lastAttempt(run)?.decision.lane ?? "none";
  const decision = decided?.decision ?? lastAttempt(run)?.decision;
  const headers = {
    ...error.headers,
    "x-ccp-lane": lane,
    ...(decision === undefined ? {} : { "x-ccp-decision": decision.rerouteDecision }),
  };
  settleExchange(run, { kind: "answered", status: error.status, decided: decided ?? null, failure }, deps);
  sendError(outgoing, { ...error, headers }, rid);
}

function refuseUnread(outgoing: ServerResponse, error: OwnError, rid: string, deps: Deps): void {
  sendError(outgoing, error, rid);
  deps.metrics.request("none", "nonstream", error.status);
}

/** A client that leaves ends the upstream call at once: nobody pays for tokens that nobody reads. */
function watchClient(run: Run, backlog: Backlog): void {
  const { outgoing } = run.accepted;
  outgoing.once("close", () => {
    if (outgoing.writableFinished) return;
    run.clientGone = true;
    run.activeCall?.leave(backlog.add);
  });
}
