import type { QuotaEngine } from "@ccp/quota-engine";
import type { LaneBook, SessionBook } from "@ccp/router-policy";
import { eventKey } from "@ccp/usage-store";
import type { StateOp } from "@ccp/usage-store/node";
import { delegate } from "./delegate.ts";

/** Takes one change of the state: a journal does. */
export type WriteOp = (op: StateOp) => void;

/** The same engine; what changes it for good is also written down, so that a restart can play it again. */
export function journaledEngine(engine: QuotaEngine, write: WriteOp): QuotaEngine {
  const asked = new Set<string>();
  return Object.assign(delegate(engine), {
    reserve(lease, nowMs) {
      engine.reserve(lease, nowMs);
      const { lane, model } = lease;
      if (asked.has(`${lane} ${model}`) || asked.size > MAX_ASKED) return;
      asked.add(`${lane} ${model}`);
      // The lease itself ends with the process; that the model was asked for stays.
      write(["engine", "reserve", { ...lease, predicted: 0, deadlineMs: nowMs }, nowMs]);
    },
    settle(rid, attempt, record, nowMs) {
      const isSettled = engine.settle(rid, attempt, record, nowMs);
      if (isSettled && record !== null)
        write(["engine", "record", record, nowMs, eventKey({ rid, attempt })]);
      return isSettled;
    },
    record(record, nowMs) {
      engine.record(record, nowMs);
      write(["engine", "record", record, nowMs]);
    },
    observeWindows(lane, model, readings, nowMs) {
      engine.observeWindows(lane, model, readings, nowMs);
      write(["engine", "observeWindows", lane, model, readings, nowMs]);
    },
    forgetWindows(lane, nowMs) {
      engine.forgetWindows(lane, nowMs);
      write(["engine", "forgetWindows", lane, nowMs]);
    },
    observeLimit(input) {
      // A restart knows nothing of other gateways, and would learn from its own part alone.
      const others = engine.shared.usedByOthers(input.lane, input.model, input.nowMs);
      engine.observeLimit(input);
      // What an upstream says in words may hold anything; nothing is learned from it.
      write(["engine", "observeLimit", { ...input, others, signal: { ...input.signal, message: null } }]);
    },
    resetCalibration(which, nowMs) {
      const meant = engine.resetCalibration(which, nowMs);
      write(["engine", "resetCalibration", which, nowMs]);
      return meant;
    },
  } satisfies Partial<QuotaEngine>);
}

/** Names come from clients: more of them than an engine keeps apart need not be told. */
const MAX_ASKED = 1000;

/**
 * The same book of lanes. Every request ends in calls that mostly change nothing: those are not written. Refused keys
 * are not either, since they end with the process.
 */
export function journaledBook(book: LaneBook, write: WriteOp): LaneBook {
  const probing = new Set<string>();
  const troubled = new Set<string>();
  return Object.assign(delegate(book), {
    markLimit(report) {
      const outcome = book.markLimit(report);
      write(["book", "markLimit", report]);
      return outcome;
    },
    takeProbe(lane, model, rid, nowMs) {
      const isProbe = book.takeProbe(lane, model, rid, nowMs);
      if (!isProbe) return false;
      probing.add(rid);
      write(["book", "takeProbe", lane, model, rid, nowMs]);
      return true;
    },
    endProbe(rid, ok, nowMs) {
      book.endProbe(rid, ok, nowMs);
      if (probing.delete(rid)) write(["book", "endProbe", rid, ok, nowMs]);
    },
    clearOnSuccess(lane, model, startedAtMs, nowMs) {
      const isMarked = book.mark(lane, model, nowMs).state !== "none";
      book.clearOnSuccess(lane, model, startedAtMs, nowMs);
      if (isMarked) write(["book", "clearOnSuccess", lane, model, startedAtMs, nowMs]);
    },
    pause(lane, kind, untilMs, nowMs) {
      book.pause(lane, kind, untilMs, nowMs);
      troubled.add(lane);
      write(["book", "pause", lane, kind, untilMs, nowMs]);
    },
    recordFailure(lane, nowMs, jitter = 0) {
      book.recordFailure(lane, nowMs, jitter);
      troubled.add(lane);
      write(["book", "recordFailure", lane, nowMs, jitter]);
    },
    recordRefusal(lane, nowMs) {
      book.recordRefusal(lane, nowMs);
      troubled.add(lane);
      write(["book", "recordRefusal", lane, nowMs]);
    },
    recordSuccess(lane) {
      const isFirst = !book.hasServed(lane);
      book.recordSuccess(lane);
      if (troubled.delete(lane) || isFirst) write(["book", "recordSuccess", lane]);
    },
    reset(lane, model) {
      book.reset(lane, model);
      write(["book", "reset", lane, ...(model === undefined ? [] : [model])]);
    },
    restore(snapshot, nowMs) {
      book.restore(snapshot, nowMs);
      for (const { lane } of book.snapshot().lanes) troubled.add(lane);
    },
  } satisfies Partial<LaneBook>);
}

/** The same book of sessions. Written is where a session stands afterwards: its name is in no file. */
export function journaledSessions(sessions: SessionBook, write: WriteOp): SessionBook {
  return Object.assign(delegate(sessions), {
    note(use) {
      sessions.note(use);
      const saved = sessions.saved(use.session, use.model);
      if (saved !== null) write(["sessions", "adopt", saved]);
    },
  } satisfies Partial<SessionBook>);
}
