import type { LaneId } from "@ccp/usage-contract";
import type { MarkView } from "../routing-snapshot.ts";

const DAY_MS = 86_400_000;
/** The longest window that any plan has: a month. */
const LONGEST_WINDOW_MS = 31 * DAY_MS;
/** Where the answer does not say which window is spent. */
const UNKNOWN_WINDOW_MS = 7 * DAY_MS;
/** Clocks differ, and declared resets jitter. */
const SLACK_MS = 600_000;
/** A reset that is past already still keeps the next request from following at once. */
const SHORTEST_MS = 1000;

/** A request that is on its way to prove a lane. It counts for nothing once its deadline is past. */
export interface Probe {
  readonly rid: string;
  readonly deadlineMs: number;
}

/** A limit that a lane answered, for one model or (`model` null) for its whole account. All times epoch ms. */
export interface LimitMark {
  readonly lane: LaneId;
  /** Folded model key. */
  readonly model: string | null;
  readonly markedAtMs: number;
  /** When the upstream, or an operator, says it ends. */
  readonly declaredUntilMs: number | null;
  /** When the gateway's own cooldown ends, after a limit without a named end. */
  readonly ownUntilMs: number | null;
  /** Own cooldowns in a row, this one included; 0 where none was begun, or it is not known. */
  readonly cooldowns?: number;
  readonly windowMs: number | null;
  readonly probe: Probe | null;
}

/** Cuts a declared end to what the spent window can mean: its length and ten minutes; at least a second. */
export function clampUntil(untilMs: number, windowMs: number | null, nowMs: number): number {
  return Math.min(Math.max(untilMs, nowMs + SHORTEST_MS), nowMs + longestMs(windowMs));
}

/** A mark from another run of the process, cut to what its window can mean. */
export function boundMark(mark: LimitMark, nowMs: number): LimitMark {
  const { declaredUntilMs, ownUntilMs, windowMs } = mark;
  return {
    ...mark,
    declaredUntilMs: declaredUntilMs === null ? null : Math.min(declaredUntilMs, nowMs + longestMs(windowMs)),
    ownUntilMs: ownUntilMs === null ? null : Math.min(ownUntilMs, nowMs + LONGEST_WINDOW_MS),
  };
}

function longestMs(windowMs: number | null): number {
  const known = windowMs !== null && windowMs > 0 ? windowMs : UNKNOWN_WINDOW_MS;
  return Math.min(known, LONGEST_WINDOW_MS) + SLACK_MS;
}

/** What one mark says at one instant. A mark never ends by itself: it waits for a request to prove the lane. */
export function viewMark(mark: LimitMark, nowMs: number): MarkView {
  const { declaredUntilMs, ownUntilMs, probe } = mark;
  if (declaredUntilMs !== null && declaredUntilMs > nowMs)
    return { state: "declared", untilMs: declaredUntilMs };
  if (ownUntilMs !== null && ownUntilMs > nowMs) return { state: "own", untilMs: ownUntilMs };
  const isProbed = probe !== null && probe.deadlineMs > nowMs;
  return { state: isProbed ? "probing" : "half_open", untilMs: null };
}

/** From what binds least to what binds most. */
const STATES = [
  "none",
  "half_open",
  "probing",
  "own",
  "declared",
] as const satisfies readonly MarkView["state"][];

/** What binds a model whose lane has a mark for its account and one for the model. */
export function strongerView(a: MarkView, b: MarkView): MarkView {
  const byState = STATES.indexOf(a.state) - STATES.indexOf(b.state);
  if (byState !== 0) return byState > 0 ? a : b;
  return (a.untilMs ?? 0) >= (b.untilMs ?? 0) ? a : b;
}

/** When a mark's time is over, whatever a probe makes of it. */
export function endMs(mark: LimitMark): number {
  return Math.max(mark.declaredUntilMs ?? 0, mark.ownUntilMs ?? 0);
}

/** The same mark after the wall clock was moved: what is left of it stays. */
export function shiftMark(mark: LimitMark, byMs: number): LimitMark {
  return {
    ...mark,
    markedAtMs: mark.markedAtMs + byMs,
    declaredUntilMs: mark.declaredUntilMs === null ? null : mark.declaredUntilMs + byMs,
    ownUntilMs: mark.ownUntilMs === null ? null : mark.ownUntilMs + byMs,
    probe: mark.probe === null ? null : { ...mark.probe, deadlineMs: mark.probe.deadlineMs + byMs },
  };
}
