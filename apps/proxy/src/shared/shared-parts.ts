import type { QuotaEngine } from "@ccp/quota-engine";
import type { LaneBook } from "@ccp/router-policy";
import { delegate } from "../state/delegate.ts";
import type { SharedParts } from "./shared-count.ts";
import type { SharedQuotaOptions } from "./shared-options.ts";
import { SharedQuota } from "./shared-quota.ts";

/** Lets what this gateway counts and learns be told to the others on the plan. */
export function createSharedParts(options: SharedQuotaOptions): SharedParts {
  const count = new SharedQuota(options);
  return { engine: tellingEngine(options.engine, count), book: tellingBook(options.book, count), count };
}

function tellingEngine(engine: QuotaEngine, count: SharedQuota): QuotaEngine {
  return Object.assign(delegate(engine), {
    reconfigure(config, nowMs) {
      engine.reconfigure(config, nowMs);
      count.reconfigured();
    },
    settle(rid, attempt, record, nowMs) {
      const isSettled = engine.settle(rid, attempt, record, nowMs);
      if (isSettled) count.ended(rid, attempt, record);
      return isSettled;
    },
    record(record, nowMs) {
      engine.record(record, nowMs);
      count.counted(record);
    },
    observeWindows(lane, model, readings, nowMs) {
      engine.observeWindows(lane, model, readings, nowMs);
      count.read(lane, model, readings, nowMs);
    },
  } satisfies Partial<QuotaEngine>);
}

function tellingBook(book: LaneBook, count: SharedQuota): LaneBook {
  return Object.assign(delegate(book), {
    markLimit(report) {
      const outcome = book.markLimit(report);
      count.marksChanged(report.byHand === true);
      return outcome;
    },
    takeProbe(lane, model, rid, nowMs) {
      const isProbe = book.takeProbe(lane, model, rid, nowMs);
      if (isProbe) count.probeTaken(rid);
      return isProbe;
    },
    endProbe(rid, ok, nowMs) {
      book.endProbe(rid, ok, nowMs);
      if (ok) count.marksChanged();
      count.probeEnded(rid);
    },
    clearOnSuccess(lane, model, startedAtMs, nowMs) {
      book.clearOnSuccess(lane, model, startedAtMs, nowMs);
      count.marksChanged();
    },
    reset(lane, model) {
      book.reset(lane, model);
      count.marksChanged();
    },
  } satisfies Partial<LaneBook>);
}
