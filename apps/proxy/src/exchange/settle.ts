import type { UsageRecord } from "@ccp/quota-engine";
import { classifyStreamError, readWindows } from "@ccp/upstream-signals";
import type { UsageEvent } from "@ccp/usage-contract";
import { streamTimes } from "@ccp/usage-store";
import type { Deps } from "../deps.ts";
import { applySignal } from "./apply-signal.ts";
import { completionEvent, decisionEvent } from "./event-fields.ts";
import type { Judged } from "./judge.ts";
import { accountOn } from "./plan.ts";
import { type Ending, type Outcome, readOutcome } from "./read-outcome.ts";
import { type Attempt, lastAttempt, type Run } from "./run.ts";

/** Written before each attempt, so that a request which never ends has left its trace. */
export function logDecision(run: Run, attempt: Attempt, deps: Deps): void {
  const { decision } = attempt;
  const event = decisionEvent(run, attempt, deps);
  publish(event, deps);
  deps.requests.decided(event, run.plan.preferred, attempt.decided);
  const label = deps.modelLabel(run.plan.question.model);
  if (decision.preferredAttempt) deps.metrics.preferredAttempt(label, decision.lane);
  if (!decision.changedLane) return;
  deps.totals.rerouted += 1;
  if (decision.rerouteDecision === "fallback") deps.metrics.fallback(label);
  else deps.metrics.reroutedOnLimit(label, deps.settings.rerouteMode);
}

/** Takes in what an answer said, and gives back what was held for an attempt that another lane makes good. */
export function settleAttempt(run: Run, attempt: Attempt, judged: Judged, deps: Deps): void {
  const nowMs = deps.clock.wallMs();
  const { head } = judged.sent;
  const { lane } = attempt.runtime;
  const status = head?.status ?? 0;
  const failure = (judged.sent.failure ?? judged.sent.call.failure)?.kind ?? null;
  attempt.verdict = { status, signal: judged.signal.kind, failure };
  if (head !== null) {
    // It may have been judged long after it came, and after others that came later.
    const observedAtMs = nowMs - Math.max(0, deps.clock.monoMs() - head.atMs);
    const readings = readWindows({ dialect: lane.dialect, headers: head, nowMs }).map((reading) => ({
      ...reading,
      observedAtMs,
    }));
    const account = accountOn(run.plan, lane.id);
    if (readings.length > 0) deps.engine.observeWindows(account, run.plan.question.model, readings, nowMs);
  }
  // A head alone proves nothing: what follows may be the limit.
  if (judged.signal.kind !== "ok" || judged.proven)
    applySignal(run, attempt, judged.signal, judged.hop, nowMs, deps);
  if (judged.hop === null) return;
  attempt.spentMs = deps.clock.monoMs() - attempt.startedMonoMs;
  deps.engine.settle(run.accepted.rid, attempt.number, null, nowMs);
  run.settledAttempts = attempt.number;
  deps.metrics.attempt({ lane: lane.id, op: run.op, status, latencyMs: attempt.spentMs, ttftMs: null });
}

/** Time is wasted where another lane makes it good; an answer that is shown was worth its wait. */
export function countWaste(run: Run, deps: Deps): void {
  const attempt = lastAttempt(run);
  if (attempt === null) return;
  run.wastedMs += attempt.spentMs;
  deps.totals.wastedRetryMs += attempt.spentMs;
  deps.metrics.wastedRetry(deps.modelLabel(run.plan.question.model), attempt.spentMs);
}

/**
 * What an answer that had begun turned out to be, too late for this request, in time for the next. Only its end tells of a
 * lane's health: some begin every answer and finish none. A client that leaves tells nothing.
 */
function applyEnd(run: Run, attempt: Attempt, ending: Ending, nowMs: number, deps: Deps): void {
  if (ending.kind !== "relayed" || ending.judged.signal.kind !== "ok") return;
  const { judged, relayed } = ending;
  const { id, dialect } = attempt.runtime.lane;
  const account = accountOn(run.plan, id);
  if (relayed.streamError !== null) {
    const data = Buffer.from(relayed.streamError.body, "latin1").toString("utf8");
    const headers = judged.sent.head ?? { get: (): null => null };
    applySignal(run, attempt, classifyStreamError(dialect, data, headers, nowMs), null, nowMs, deps);
  } else if (isServed(ending)) {
    if (!judged.proven) applySignal(run, attempt, judged.signal, null, nowMs, deps);
    deps.book.recordSuccess(account);
  } else if (relayed.reason !== "client_closed") {
    deps.book.recordFailure(account, nowMs, deps.random() * 2 - 1);
  }
}

/** The answer is whole. */
function isServed(ending: Ending): boolean {
  if (ending.kind !== "relayed" || ending.judged.signal.kind !== "ok") return false;
  return ending.relayed.reason === "ok" && ending.relayed.streamError === null;
}

/** Books what was served, writes the completion line, and counts. Runs once for each exchange, however it ended. */
export function settleExchange(run: Run, ending: Ending, deps: Deps): void {
  const nowMs = deps.clock.wallMs();
  const attempt = lastAttempt(run);
  const outcome = readOutcome(run, ending, deps);
  if (attempt !== null) bookAttempt(run, attempt, ending, outcome, nowMs, deps);
  else deps.metrics.request("none", run.op, outcome.status);
  const decided = (ending.kind === "answered" ? ending.decided : null) ?? attempt?.decided ?? null;
  if (decided === null) return;
  const event = completionEvent(run, attempt, decided, ending, outcome, deps);
  for (const name of event.repairs) deps.metrics.repair(name);
  publish(event, deps);
  // Before the client has all of its answer, and after its line: a kill between the two leaves the log to count from.
  deps.flushOps();
  deps.requests.ended(event, run.plan.preferred, ending.kind === "answered" ? ending.decided : null);
  deps.telemetry?.exchangeEnded(run, event);
}

function bookAttempt(
  run: Run,
  attempt: Attempt,
  ending: Ending,
  outcome: Outcome,
  nowMs: number,
  deps: Deps,
): void {
  const { rid } = run.accepted;
  const lane = attempt.decision.lane;
  const wallMs = deps.clock.monoMs() - attempt.startedMonoMs;
  const { counts } = outcome;
  if (counts === null) {
    deps.engine.settle(rid, attempt.number, null, nowMs);
  } else {
    const { streamMs, ttftMs } = streamTimes({
      op: run.op,
      stream_ms: outcome.streamMs,
      ttft_ms: outcome.ttftMs,
    });
    const record: UsageRecord = {
      lane: accountOn(run.plan, lane),
      model: run.plan.question.model,
      counts,
      atMs: nowMs,
      wallMs,
      streamMs,
      ttftMs,
      localHour: deps.clock.localHour(nowMs),
      estimated: outcome.source === "estimate",
      bodyBytes: run.accepted.plainBytes,
      media: run.accepted.media,
    };
    deps.engine.settle(rid, attempt.number, record, nowMs);
    const label = deps.modelLabel(run.plan.question.model);
    deps.metrics.tokens(lane, label, counts, streamMs / 1000, wallMs / 1000);
  }
  noteSession(run, attempt, ending, outcome, nowMs, deps);
  applyEnd(run, attempt, ending, nowMs, deps);
  deps.book.endProbe(rid, isServed(ending), nowMs);
  if (attempt.number <= run.settledAttempts) return;
  run.settledAttempts = attempt.number;
  deps.metrics.attempt({
    lane,
    op: run.op,
    status: outcome.status,
    latencyMs: wallMs,
    ttftMs: outcome.ttftMs,
  });
}

/** Where a served conversation now has its prompt cache. */
function noteSession(
  run: Run,
  attempt: Attempt,
  ending: Ending,
  outcome: Outcome,
  nowMs: number,
  deps: Deps,
): void {
  const { session, model } = run.plan.question;
  // A pin is the operator's word, which holds as long as it stands and no longer.
  if (
    session === null ||
    run.plan.pin !== null ||
    ending.kind !== "relayed" ||
    ending.judged.signal.kind !== "ok"
  )
    return;
  deps.sessions.note({
    session,
    model,
    lane: attempt.decision.lane,
    rerouteDecision: attempt.decision.rerouteDecision,
    counts: outcome.source === "estimate" ? null : outcome.counts,
    startedAtMs: attempt.startedWallMs,
    nowMs,
  });
}

/** Nobody is told of an event before it is on record: a reader may go by what no crash takes back. */
function publish(event: UsageEvent, deps: Deps): void {
  const name = event.event === "decision" ? "decision" : "completion";
  deps.log.append(event, () => deps.events.publish({ name, data: event }));
  deps.history.add(event);
}
