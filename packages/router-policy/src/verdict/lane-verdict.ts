import type { LaneId, LaneState } from "@ccp/usage-contract";
import { DEFAULT_WARN_PCT, refusesAll, windowName } from "@ccp/usage-contract/core";
import type { ActiveMark, LaneBook } from "../book/lane-book.ts";

/** Whether a lane takes requests, and until when it does not: the one answer that every screen, gauge and exit code shows. */
export interface LaneVerdict {
  /**
   * `ok`: open. `warn`: open, past its warn threshold, or refusing for now. `block`: at its limit, by count or by its own
   * word. `cooldown`: it answered a limit, or is paused (overload, throttle, breaker). `auth_error`: its key was refused.
   * `disabled`: switched off, or its key is not set. `unknown`: neither a limit nor an answer is known.
   */
  readonly state: LaneState;
  /** When it opens, epoch ms; `null` where it is open or no end is known. */
  readonly untilMs: number | null;
  /** The window that decides (`5h`, `pool:NAME 7d`); `null` where none does. */
  readonly window: string | null;
  /** Used share of the tightest limit, 0..1 and beyond; `null` where none is known. */
  readonly usedPct: number | null;
  /** One line for people; `null` where there is nothing to say. */
  readonly reason: string | null;
  /** Requests refused in a row since the last one that was served; 0 when it serves. */
  readonly refusals: number;
}

/** The limit that a count finds tightest. Structural: a constraint of any engine fits. */
export interface TightestLimit {
  readonly name: string;
  readonly usedPct: number | null;
  readonly resetAtMs: number | null;
}

/** What a count says of one model on a lane. Structural: an assessment of any engine fits. */
export interface VerdictRoom {
  readonly warned: boolean;
  readonly blocked: boolean;
  readonly spentUntilMs: number | null;
  readonly binding: TightestLimit | null;
}

export interface VerdictQuestion {
  readonly lane: LaneId;
  /** `null`: what binds all models of the lane. */
  readonly model: string | null;
  /** Why the lane is switched off; `null` where it is on. */
  readonly off: string | null;
  readonly room: VerdictRoom;
  /** Whether it served a request within its rolling window. */
  readonly served: boolean;
  /** A time as people read it. Epoch ms. */
  readonly clock: (atMs: number) => string;
  /** Lengths of the windows that are counted here. */
  readonly windows: { readonly rollingMs: number; readonly weeklyMs: number };
  /** Epoch ms. */
  readonly nowMs: number;
}

export type VerdictBook = Pick<LaneBook, "authError" | "hasServed" | "marksOn" | "pausedUntil" | "refusals">;

/** Judges one lane for one model, or for all of its models. Worst first; each fact is what the router goes by. */
export function laneVerdict(question: VerdictQuestion, book: VerdictBook): LaneVerdict {
  const { lane, off, nowMs } = question;
  const refusals = book.refusals(lane, nowMs);
  const served = question.served || book.hasServed(lane);
  const open = { ...openVerdict({ ...question, served }), refusals };
  if (off !== null) return { ...open, state: "disabled", untilMs: null, window: null, reason: off };
  const refused = book.authError(lane, nowMs);
  if (refused !== null) return { ...open, state: "auth_error", untilMs: null, window: null, reason: refused };
  const mark = latestMark(question, book);
  const pausedMs = book.pausedUntil(lane, nowMs);
  // What opens last decides.
  if (mark !== null && mark.untilMs >= (pausedMs ?? 0)) {
    const window = mark.windowMs === null ? null : windowName(mark.windowMs / 1000);
    const reason = `at its limit until ${question.clock(mark.untilMs)}`;
    return { ...open, state: "cooldown", untilMs: mark.untilMs, window, reason };
  }
  if (pausedMs !== null) {
    const reason = `overloaded or failing; paused until ${question.clock(pausedMs)}`;
    return { ...open, state: "cooldown", untilMs: pausedMs, window: null, reason };
  }
  if (open.state !== "block" && refusals > 0) {
    const reason = `refused its last ${refusals} ${refusals === 1 ? "request" : "requests"}; open for another try`;
    return { ...open, state: "warn", reason };
  }
  return open;
}

/** Most marks bind one model; the account's binds all. */
function latestMark(
  { lane, model, nowMs }: VerdictQuestion,
  book: VerdictBook,
): (ActiveMark & { untilMs: number }) | null {
  let latest: (ActiveMark & { untilMs: number }) | null = null;
  for (const mark of book.marksOn(lane, model, nowMs)) {
    const { untilMs } = mark;
    if (untilMs !== null && untilMs > nowMs && untilMs > (latest?.untilMs ?? 0))
      latest = { ...mark, untilMs };
  }
  return latest;
}

/** What the counts say of a lane that nothing shuts. */
function openVerdict(question: VerdictQuestion): Omit<LaneVerdict, "refusals"> {
  const { room, served, nowMs } = question;
  const { binding, spentUntilMs } = room;
  const window = binding === null ? null : limitName(binding.name, question);
  const usedPct = binding?.usedPct ?? null;
  const base = { untilMs: null, window, usedPct, reason: null };
  if (room.blocked) {
    const untilMs = spentUntilMs ?? binding?.resetAtMs ?? null;
    const until = untilMs === null || untilMs <= nowMs ? null : untilMs;
    return { ...base, state: "block", untilMs: until, reason: `${window ?? "a window"} is used up` };
  }
  if (room.warned) return { ...base, state: "warn" };
  if (binding !== null) return { ...base, state: "ok" };
  return served
    ? { ...base, state: "ok", reason: "no limit is configured or declared" }
    : { ...base, state: "unknown", reason: "no limit is configured or declared yet" };
}

/** `rolling` → `5h`, `lane:5h` → `5h`, `pool:team:weekly` → `pool:team 7d`. */
function limitName(name: string, { windows }: VerdictQuestion): string {
  const [, pool, own] = /^(?:(pool:.*):)?(rolling|weekly)$/s.exec(name) ?? [];
  if (own === undefined) return name.replace(/^lane:/, "");
  const length = windowName((own === "rolling" ? windows.rollingMs : windows.weeklyMs) / 1000);
  return pool === undefined ? length : `${pool} ${length}`;
}

/** A window of the whole account, as the lane declares it. */
export interface AccountWindow {
  readonly name: string;
  readonly used_pct: number | null;
  /** Epoch seconds. */
  readonly reset_ts: number | null;
  /** The model family it binds; absent for all. */
  readonly model?: string | undefined;
}

/** The room that the windows of an account leave to all of its models. They carry no threshold of the user's: the default holds. */
export function accountRoom(windows: readonly AccountWindow[]): VerdictRoom {
  let fullest: AccountWindow | null = null;
  for (const window of windows) {
    if (window.model !== undefined || window.used_pct === null) continue;
    if (fullest === null || window.used_pct > (fullest.used_pct ?? 0)) fullest = window;
  }
  if (fullest === null) return { warned: false, blocked: false, spentUntilMs: null, binding: null };
  const { name, used_pct: usedPct, reset_ts } = fullest;
  const share = usedPct ?? 0;
  const resetAtMs = reset_ts === null ? null : reset_ts * 1000;
  return {
    warned: share >= DEFAULT_WARN_PCT,
    blocked: share >= 1,
    spentUntilMs: share >= 1 ? resetAtMs : null,
    binding: { name, usedPct, resetAtMs },
  };
}

/**
 * Sums up a lane by its models, where nothing binds the whole of it: shut only where each of its models is, `warn`
 * where some are or one is past its threshold.
 *
 * @param models Verdicts of the models that are counted on the lane.
 */
export function foldVerdicts(
  lane: LaneVerdict,
  models: readonly (readonly [model: string, LaneVerdict])[],
): LaneVerdict {
  if (refusesAll(lane) || models.length === 0) return lane;
  const worst = models.filter(([, verdict]) => verdict.state === "block" || verdict.state === "cooldown");
  const [first] = worst;
  if (first !== undefined && worst.length === models.length)
    return soonest(
      worst.map(([, verdict]) => verdict),
      lane,
    );
  if (first !== undefined) {
    const [name, verdict] = first;
    const others = worst.length === 1 ? "" : `, and ${worst.length - 1} more`;
    return {
      ...lane,
      state: "warn",
      // What the lane itself refused is of all its models.
      reason:
        lane.refusals > 0 && lane.reason !== null
          ? lane.reason
          : `${name}: ${verdict.reason ?? "no room"}${others}`,
    };
  }
  const warned = models.find(([, { state }]) => state === "warn")?.[1];
  if (warned !== undefined && lane.state !== "warn") {
    const { window, usedPct } = warned;
    return { ...lane, state: "warn", window, usedPct, reason: warned.reason };
  }
  const open = models.find(([, { state }]) => state === "ok")?.[1];
  return lane.state === "unknown" && open !== undefined ? { ...open, refusals: lane.refusals } : lane;
}

/** The one that opens first; one without a known end only where no other is. */
function soonest(verdicts: readonly LaneVerdict[], lane: LaneVerdict): LaneVerdict {
  const [first = lane] = [...verdicts].sort(
    (a, b) => (a.untilMs ?? Number.POSITIVE_INFINITY) - (b.untilMs ?? Number.POSITIVE_INFINITY),
  );
  return { ...first, refusals: lane.refusals };
}
