import type { RoutingSnapshot } from "@ccp/router-policy";
import type { LaneId, RerouteMode, TokenCounts } from "@ccp/usage-contract";
import type { ModeFigures } from "../replay/mode-tally.ts";

/**
 * How one try on one lane ended, as far as the log tells.
 * - `served`: the lane answered, and tokens were counted
 * - `limit`: the lane was spent, and the gateway marked it
 * - `throttle`: too fast for a moment; no mark was left
 * - `failure`: 5xx, network, no answer
 * - `ended`: nothing was spent and no lane is to blame: the request's own fault, or the client had left
 */
export type AttemptEnd = "served" | "limit" | "throttle" | "failure" | "ended";

export interface RecordedAttempt {
  readonly lane: LaneId;
  readonly end: AttemptEnd;
  /** Epoch ms. */
  readonly startMs: number;
  /** Milliseconds until it was known to have failed; 0 where it did not. */
  readonly lostMs: number;
  /** Of a limit: the end of the mark that it left, epoch ms; `null` where the log names none. */
  readonly markedUntilMs: number | null;
}

/** A lane that was closed by its own word when a request arrived. */
export interface RecordedClosing {
  readonly lane: LaneId;
  readonly by: "window" | "mark";
  /** Epoch ms. */
  readonly untilMs: number;
}

/** One request from its arrival to its end. */
export interface RecordedRequest {
  /** Epoch ms. */
  readonly atMs: number;
  readonly model: string;
  /** What it was expected to take when it arrived, in counted tokens. */
  readonly predictedTokens: number;
  readonly pin: RoutingSnapshot["pin"];
  /** Absent in what earlier versions logged. */
  readonly closed?: readonly RecordedClosing[];
  /** Empty where the gateway answered by itself. */
  readonly attempts: readonly RecordedAttempt[];
  /** What it took; `null` where nobody served it. */
  readonly counts: TokenCounts | null;
  readonly estimated: boolean;
  /** Of the last attempt, from its start to its end, and to its first byte, ms. */
  readonly serviceMs: number;
  readonly headMs: number;
}

/** What a lane had counted for a model before the log begins, in counted tokens. */
export interface EarlierUsage {
  readonly lane: LaneId;
  readonly model: string;
  /** When the log tells of it, epoch ms. */
  readonly seenMs: number;
  readonly rollingTokens: number;
  readonly weeklyTokens: number;
}

/** A log, read whole: what every replay starts from. */
export interface Recording {
  /** By arrival. */
  readonly requests: readonly RecordedRequest[];
  /** What the gateway did at the time. */
  readonly figures: ModeFigures;
  /** Modes that the gateway ran in, in the order they appear. */
  readonly modes: readonly RerouteMode[];
  readonly earlier: readonly EarlierUsage[];
  /** Lanes where one model's limit was seen to bind the others. */
  readonly accountLanes: ReadonlySet<LaneId>;
  /** Requests that no rule moved, on another lane than the catalog prefers. */
  readonly misrouted: number;
  readonly lines: LineCounts;
  /** Epoch ms of the first and the last event; `null` without any. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

export interface LineCounts {
  readonly events: number;
  /** Lines that are no event. */
  readonly skipped: number;
  readonly duplicates: number;
  /** Requests whose end is not in the log; they are left out. */
  readonly unfinished: number;
}
