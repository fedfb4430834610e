import type { Decision } from "@ccp/router-policy";
import type { LaneId, SignalKind } from "@ccp/usage-contract";
import type { LaneRuntime } from "../lanes/lane-runtime.ts";
import type { Accepted } from "./accept.ts";
import type { Decided, Plan } from "./plan.ts";
import type { Prepared } from "./prepare.ts";
import type { CallFailureKind, UpstreamCall } from "./upstream-call.ts";

/** A backstop for leases whose exchange never ends; every ordinary end settles its own. */
export const LEASE_MS = 3_600_000;

export type SendDecision = Extract<Decision, { kind: "send" }>;

/** What came of an attempt, without the bytes. */
export interface Verdict {
  /** 0: no answer came. */
  readonly status: number;
  readonly signal: SignalKind;
  readonly failure: CallFailureKind | null;
}

/** One try on one lane. */
export interface Attempt {
  /** From 1. */
  readonly number: number;
  readonly decided: Decided;
  readonly decision: SendDecision;
  readonly runtime: LaneRuntime;
  /** Changed by a retry on the same lane: its key in the other header, or the conversation without thinking. */
  prepared: Prepared;
  /** It went out more than once: on a fresh connection, or in another form. */
  retried: boolean;
  /** Until it is known whether another lane makes it good. */
  spentMs: number;
  /** What the lane said, as far as it is judged; `null` until then. */
  verdict: Verdict | null;
  /** Counted tokens held for this attempt until it is settled. */
  readonly predictedTokens: number;
  readonly startedWallMs: number;
  readonly startedMonoMs: number;
}

/** What an exchange has gone through so far. Local to one request; `exchange.ts` and what it calls fill it in. */
export interface Run {
  readonly accepted: Accepted;
  readonly plan: Plan;
  /** As asked for; where that was not seen, as the answer turned out to be. */
  op: "stream" | "nonstream";
  readonly attempts: Attempt[];
  /** Milliseconds spent on attempts that another lane had to make good. */
  wastedMs: number;
  /** Attempts whose lease and counters are done with. */
  settledAttempts: number;
  clientGone: boolean;
  activeCall: UpstreamCall | null;
}

export function triedLanes(run: Run): readonly LaneId[] {
  return run.attempts.map((attempt) => attempt.decision.lane);
}

export function lastAttempt(run: Run): Attempt | null {
  return run.attempts.at(-1) ?? null;
}
