import {
  type ErrType,
  MAX_TOKEN_COUNT,
  NO_USAGE,
  rawInput,
  type TokenCounts,
  type TokenUsage,
  toCounts,
  type UsageEvent,
  type UsageSource,
} from "@ccp/usage-contract";
import type { Deps } from "../deps.ts";
import { CLIENT_CLOSED_STATUS } from "./fail.ts";
import type { Judged } from "./judge.ts";
import type { Decided } from "./plan.ts";
import type { Relayed } from "./relay.ts";
import { lastAttempt, type Run } from "./run.ts";
import type { CallFailure } from "./upstream-call.ts";

/** How an exchange ended. */
export type Ending =
  | { readonly kind: "relayed"; readonly judged: Judged; readonly relayed: Relayed }
  | {
      readonly kind: "answered";
      readonly status: number;
      readonly decided: Decided | null;
      /** Why the last lane gave no answer, where that is why. */
      readonly failure: CallFailure | null;
    }
  | { readonly kind: "client_gone"; readonly judged: Judged };

/**
 * Bytes of an answer per output token where an upstream never said: an event of one token is about so long, and so is a
 * token of a JSON answer.
 */
const ANSWER_BYTES_PER_TOKEN = { stream: 50, whole: 4 } as const;

/** What the completion line says of an exchange, before the quota figures. */
export interface Outcome {
  readonly status: number;
  readonly reason: UsageEvent["reason"];
  readonly errType: ErrType;
  readonly usage: TokenUsage | null;
  readonly source: UsageSource | null;
  readonly counts: TokenCounts | null;
  readonly latencyMs: number;
  readonly ttftMs: number | null;
  readonly streamMs: number | null;
}

/** Reads status, times and tokens off the end of an exchange. */
export function readOutcome(run: Run, ending: Ending, deps: Deps): Outcome {
  const latencyMs = deps.clock.monoMs() - run.accepted.startedMonoMs;
  const base = { latencyMs, ttftMs: null, streamMs: null, usage: null, source: null, counts: null };
  if (ending.kind === "answered") {
    return {
      ...base,
      status: ending.status,
      reason: "error",
      errType: failureErrType(ending.failure) ?? errTypeOf(ending.status),
    };
  }
  if (ending.kind === "client_gone") {
    const spent = ending.judged.hop === "limit" ? {} : estimateUnanswered(run);
    return { ...base, ...spent, status: CLIENT_CLOSED_STATUS, reason: "client_closed", errType: "" };
  }
  const { judged, relayed } = ending;
  const { call, head } = judged.sent;
  const attempt = lastAttempt(run);
  const status = relayed.reason === "client_closed" ? CLIENT_CLOSED_STATUS : (head?.status ?? 0);
  const times = {
    latencyMs,
    ttftMs:
      call.firstByteAtMs === null || attempt === null ? null : call.firstByteAtMs - attempt.startedMonoMs,
    streamMs:
      call.firstByteAtMs === null || call.lastByteAtMs === null
        ? null
        : call.lastByteAtMs - call.firstByteAtMs,
  };
  const failed = judged.signal.kind !== "ok";
  const tokens = failed ? { usage: null, source: null, counts: null } : countAnswer(run, judged, relayed);
  const reason = failed && relayed.reason === "ok" ? "error" : relayed.reason;
  return { ...times, ...tokens, status, reason, errType: relayErrType(judged, relayed) };
}

/** The upstream had the request and may have read all of it before its client left. */
function estimateUnanswered(run: Run): Pick<Outcome, "source" | "counts"> {
  const attempt = lastAttempt(run);
  const inputTokens = attempt?.decided.predictions.get(attempt.decision.lane)?.inputTokens ?? 0;
  return { source: "estimate", counts: { ...toCounts(NO_USAGE), inputTokens } };
}

/**
 * What the answer took: as the upstream reported it, else estimated so that a window never counts too little. A report
 * without any input is none, for no request has an input of 0.
 */
function countAnswer(
  run: Run,
  judged: Judged,
  relayed: Relayed,
): Pick<Outcome, "usage" | "source" | "counts"> {
  const attempt = lastAttempt(run);
  const headerUsage = attempt?.runtime.extractor.fromHeaders(judged.sent.head ?? NO_HEADERS) ?? null;
  const usage = relayed.usage ?? headerUsage;
  const seen = toCounts(usage ?? NO_USAGE);
  const isReport = usage !== null && usage.outputTokens !== null && rawInput(seen) > 0;
  if (relayed.reason === "ok" && isReport && !relayed.usageInvalid) {
    return { usage, source: relayed.usage === null ? "headers" : "body", counts: seen };
  }
  const predicted = attempt?.decided.predictions.get(attempt.decision.lane)?.inputTokens ?? 0;
  // Where a number was none, a class of the input may be missing.
  const isInputKnown = rawInput(seen) > 0 && !relayed.usageInvalid;
  const missing = isInputKnown ? 0 : Math.max(0, Math.round(predicted) - rawInput(seen));
  const outputTokens = Math.max(seen.outputTokens, estimateOutput(run, judged, relayed));
  return {
    usage,
    source: "estimate",
    counts: { ...seen, inputTokens: seen.inputTokens + missing, outputTokens },
  };
}

/** By what was received; the request's own limit bounds it. */
function estimateOutput({ plan }: Run, { isStream }: Judged, { bytes }: Relayed): number {
  const perToken = ANSWER_BYTES_PER_TOKEN[isStream ? "stream" : "whole"];
  return Math.min(Math.ceil(bytes / perToken), plan.question.maxTokens ?? MAX_TOKEN_COUNT, MAX_TOKEN_COUNT);
}

const NO_HEADERS = { get: (): null => null };

/** The log's word for a status of the gateway's own, or of an upstream. */
function errTypeOf(status: number): ErrType {
  if (status === 401) return "401";
  if (status === 429) return "429";
  if (status >= 500) return "5xx";
  return status >= 400 ? "4xx" : "";
}

function failureErrType(failure: CallFailure | null): ErrType | null {
  switch (failure?.kind) {
    case "idle_timeout":
      return "idle_timeout";
    case "header_timeout":
      return "timeout";
    case "connect":
    case "reset":
    case "protocol":
      return "net";
    default:
      return null;
  }
}

function relayErrType(judged: Judged, relayed: Relayed): ErrType {
  const broken = failureErrType(relayed.failure);
  if (broken !== null) return broken;
  const status = judged.sent.head?.status ?? 0;
  if (
    status < 400 &&
    (relayed.streamError !== null || judged.signal.source === "stream" || relayed.reason === "truncated")
  ) {
    return "stream_error";
  }
  return errTypeOf(status);
}
