import { type LaneId, modelKey } from "@ccp/usage-contract/core";
import type { MarkView } from "../routing-snapshot.ts";
import { type LaneBookSnapshot, readSnapshot, type SavedLane, type SavedMark } from "./book-snapshot.ts";
import { ClockGuard } from "./clock-guard.ts";
import {
  AUTH_RECHECK_MS,
  failLane,
  HEALTHY,
  isHalfOpen,
  type LaneHealth,
  type PauseKind,
  pauseEndMs,
  pauseLane,
  refusedInRow,
  refuseOnce,
  restoreLane,
  shiftHealth,
} from "./lane-health.ts";
import { boundMark, clampUntil, type LimitMark, shiftMark, strongerView, viewMark } from "./limit-mark.ts";
import type { LimitReport, MarkOutcome } from "./limit-report.ts";
import { MarkStore } from "./mark-store.ts";

/** How long a probe keeps others waiting when its end is never told. */
const PROBE_DEADLINE_MS = 120_000;
/** A mark made by hand without a time lasts at least this long, though the cooldown be off. */
const SHORTEST_BY_HAND_MS = 1000;
const MAX_LANES = 1000;

/** One mark as it is shown. */
export interface ActiveMark extends MarkView {
  readonly lane: LaneId;
  /** Folded model key; `null`: the account's. */
  readonly model: string | null;
  readonly markedAtMs: number;
  /** Length of the spent window; `null` where it is not known. */
  readonly windowMs: number | null;
}

/** The mark of a lane's account (`model` null), or of one of its models. */
export type MarkName = Pick<LimitMark, "lane" | "model">;
export type AdoptedMark = LimitMark;

/** What the gateway remembers of its lanes: limits, cooldowns and their probes, pauses, failures, refused keys. */
export interface LaneBook {
  /** Notes a quota limit. A cooldown grows only where the report says so, and a success ends its growth. */
  markLimit(report: LimitReport): MarkOutcome;
  /** What binds a model on a lane: the stronger of its own mark and the account's. */
  mark(lane: LaneId, model: string, nowMs: number): MarkView;
  /**
   * Makes an attempt the one that proves a lane, if it is the first since a cooldown or the breaker's time ended.
   * Called for each attempt, in the same step as the decision. @returns Whether it is the probe.
   */
  takeProbe(lane: LaneId, model: string, rid: string, nowMs: number): boolean;
  /** The end of an attempt: a success lifts what it proved, anything else leaves the next one to prove it. */
  endProbe(rid: string, ok: boolean, nowMs: number): void;
  /** The marks that such an attempt would prove; empty where it would prove none. */
  unproved(lane: LaneId, model: string, nowMs: number): MarkName[];
  /**
   * Takes marks from gateways that share the lanes, in the place of what it has under the same names, and drops those that
   * were lifted there. A probe from elsewhere comes with its mark; without one, a probe of `ownProbes` stays.
   */
  adopt(
    marks: readonly AdoptedMark[],
    lifted: readonly MarkName[],
    ownProbes: ReadonlySet<string>,
    nowMs: number,
  ): void;
  /** A success lifts marks that are older than its request; a request already under way then proves nothing. */
  clearOnSuccess(lane: LaneId, model: string, startedAtMs: number, nowMs: number): void;
  /** Overload: 10 s growing to 60 s. Throttle: 1 s growing to 30 s. `untilMs` as asked, within these; or `null`. */
  pause(lane: LaneId, kind: PauseKind, untilMs: number | null, nowMs: number): void;
  /** A 5xx or network failure. Five in a row pause the lane for 10 s, each further one for twice as long, to 30 min. */
  recordFailure(lane: LaneId, nowMs: number, jitter?: number): void;
  /** A refusal that is no fault of the lane and keeps nobody away, as of a client's own login: it is only counted. */
  recordRefusal(lane: LaneId, nowMs: number): void;
  /** A success ends the growth of pauses, closes the breaker, and clears the auth error. */
  recordSuccess(lane: LaneId): void;
  /** The latest end of all pauses; `null` when the lane is open. */
  pausedUntil(lane: LaneId, nowMs: number): number | null;
  /** The lane is left alone for 10 minutes; then requests try it again, and a refusal sets the error anew. */
  setAuthError(lane: LaneId, reason: string, nowMs: number): void;
  /** Without a lane: all of them, for keys and catalog were read anew. */
  clearAuthError(lane?: LaneId): void;
  authError(lane: LaneId, nowMs: number): string | null;
  /** Forgets all of a lane, or only the mark of one of its models. */
  reset(lane: LaneId, model?: string): void;
  /** The marks that bind a model; `null`: those that bind all models of the lane. */
  marksOn(lane: LaneId, model: string | null, nowMs: number): ActiveMark[];
  /**
   * Requests that the lane itself refused in a row since it served one: by overload, throttle, failure, a login it does not
   * take, or a limit that left no mark. 0 again when the last of them is five minutes old.
   */
  refusals(lane: LaneId, nowMs: number): number;
  /** Whether the lane ever served a request: also one whose answer told no usage. */
  hasServed(lane: LaneId): boolean;
  /** Every mark, those that wait to be proved included. */
  activeMarks(nowMs: number): ActiveMark[];
  /** Plain JSON. Probes and auth errors are left out: they end with the process. */
  snapshot(): LaneBookSnapshot;
  /** Takes the place of all that the book held; rows that are not valid are skipped. */
  restore(snapshot: unknown, nowMs: number): void;
}

/** @returns An empty book. It holds at most 1000 marks. */
export function createLaneBook(): LaneBook {
  return new Book();
}

class Book implements LaneBook {
  readonly #marks = new MarkStore();
  readonly #lanes = new Map<LaneId, LaneHealth>();
  readonly #served = new Set<LaneId>();
  readonly #clock = new ClockGuard();

  markLimit(report: LimitReport): MarkOutcome {
    const nowMs = this.#now(report.nowMs);
    const { lane } = report;
    const asked = finite(report.untilMs);
    const cooldownMs = Math.max(0, finite(report.cooldownMs) ?? 0);
    const byHandMs = report.byHand === true ? nowMs + Math.max(SHORTEST_BY_HAND_MS, cooldownMs) : null;
    const declared = asked === null ? byHandMs : clampUntil(asked, report.windowMs, nowMs);
    if (declared === null && cooldownMs === 0) this.#setHealth(lane, refuseOnce(this.#health(lane), nowMs));
    if (declared === null && cooldownMs === 0) return { untilMs: null, clampedFromMs: null };

    const before = report.byHand === true ? undefined : this.#marks.get(lane, report.model);
    const kept = before?.declaredUntilMs ?? null;
    // Two windows can be spent at once; the lane opens when the later one does.
    const isKept = kept !== null && (declared === null || kept > declared);
    const cooldowns = declared === null ? cooldownsInRow(before, nowMs) : 0;
    const steps = Math.min(cooldowns, Math.max(1, finite(report.cooldownSteps ?? 1) ?? 1));
    const mark: LimitMark = {
      lane,
      model: report.model === null ? null : modelKey(report.model),
      markedAtMs: nowMs,
      declaredUntilMs: isKept ? kept : declared,
      ownUntilMs: declared === null ? nowMs + cooldownMs * steps : null,
      cooldowns,
      windowMs: isKept ? (before?.windowMs ?? null) : report.windowMs,
      probe: null,
    };
    this.#marks.put(mark);
    const clampedFromMs = asked === null || asked === declared ? null : asked;
    return { untilMs: viewMark(mark, nowMs).untilMs, clampedFromMs };
  }

  mark(lane: LaneId, model: string, nowMs: number): MarkView {
    const now = this.#now(nowMs);
    return this.#marks
      .binding(lane, model)
      .map((mark) => viewMark(mark, now))
      .reduce(strongerView, { state: "none", untilMs: null });
  }

  takeProbe(lane: LaneId, model: string, rid: string, nowMs: number): boolean {
    const now = this.#now(nowMs);
    const probe = { rid, deadlineMs: now + PROBE_DEADLINE_MS };
    const marks = this.#unproved(lane, model, now);
    for (const mark of marks) this.#marks.put({ ...mark, probe });

    const health = this.#health(lane);
    const provesLane = isHalfOpen(health, now) && (health.probe?.deadlineMs ?? 0) <= now;
    if (provesLane) this.#lanes.set(lane, { ...health, probe });
    return marks.length > 0 || provesLane;
  }

  unproved(lane: LaneId, model: string, nowMs: number): MarkName[] {
    return this.#unproved(lane, model, this.#now(nowMs)).map((mark) => ({ lane, model: mark.model }));
  }

  adopt(
    marks: readonly AdoptedMark[],
    lifted: readonly MarkName[],
    ownProbes: ReadonlySet<string>,
    nowMs: number,
  ): void {
    const now = this.#now(nowMs);
    for (const { lane, model } of lifted) {
      const mark = this.#marks.get(lane, model);
      if (mark !== undefined) this.#marks.delete(mark);
    }
    for (const mark of marks) {
      const known = this.#marks.get(mark.lane, mark.model);
      const own = known?.probe ?? null;
      const probe = mark.probe ?? (own !== null && ownProbes.has(own.rid) ? own : null);
      this.#marks.put({ ...boundMark(mark, now), cooldowns: mark.cooldowns ?? known?.cooldowns ?? 0, probe });
    }
  }

  endProbe(rid: string, ok: boolean, nowMs: number): void {
    this.#now(nowMs);
    for (const mark of this.#marks.all()) {
      if (mark.probe?.rid !== rid) continue;
      if (ok) this.#marks.delete(mark);
      else this.#marks.put({ ...mark, probe: null });
    }
    for (const [lane, health] of this.#lanes) {
      if (health.probe?.rid !== rid) continue;
      this.#lanes.set(lane, ok ? restoreLane(health) : { ...health, probe: null });
    }
  }

  clearOnSuccess(lane: LaneId, model: string, startedAtMs: number, nowMs: number): void {
    const now = this.#now(nowMs);
    // A start that lies ahead was told by another clock setting: it cannot be compared.
    if (startedAtMs > now) return;
    for (const mark of this.#marks.binding(lane, model)) {
      if (startedAtMs > mark.markedAtMs) this.#marks.delete(mark);
    }
  }

  pause(lane: LaneId, kind: PauseKind, untilMs: number | null, nowMs: number): void {
    const now = this.#now(nowMs);
    this.#setHealth(lane, refuseOnce(pauseLane(this.#health(lane), kind, finite(untilMs), now), now));
  }

  recordRefusal(lane: LaneId, nowMs: number): void {
    const now = this.#now(nowMs);
    this.#setHealth(lane, refuseOnce(this.#health(lane), now));
  }

  recordFailure(lane: LaneId, nowMs: number, jitter = 0): void {
    const now = this.#now(nowMs);
    const bounded = Math.min(Math.max(finite(jitter) ?? 0, -1), 1);
    this.#setHealth(lane, refuseOnce(failLane(this.#health(lane), now, bounded), now));
  }

  recordSuccess(lane: LaneId): void {
    if (this.#served.size < MAX_LANES) this.#served.add(lane);
    const health = this.#lanes.get(lane);
    if (health !== undefined) this.#lanes.set(lane, restoreLane(health));
  }

  pausedUntil(lane: LaneId, nowMs: number): number | null {
    return pauseEndMs(this.#health(lane), this.#now(nowMs));
  }

  setAuthError(lane: LaneId, reason: string, nowMs: number): void {
    const sinceMs = this.#now(nowMs);
    this.#setHealth(lane, { ...this.#health(lane), authError: { reason, sinceMs } });
  }

  clearAuthError(lane?: LaneId): void {
    for (const [name, health] of this.#lanes) {
      if (lane === undefined || lane === name) this.#lanes.set(name, { ...health, authError: null });
    }
  }

  authError(lane: LaneId, nowMs: number): string | null {
    const { authError } = this.#health(lane);
    if (authError === null || this.#now(nowMs) - authError.sinceMs >= AUTH_RECHECK_MS) return null;
    return authError.reason;
  }

  reset(lane: LaneId, model?: string): void {
    for (const mark of this.#marks.all()) {
      if (mark.lane === lane && (model === undefined || mark.model === modelKey(model)))
        this.#marks.delete(mark);
    }
    if (model !== undefined) return;
    this.#lanes.delete(lane);
    this.#served.delete(lane);
  }

  activeMarks(nowMs: number): ActiveMark[] {
    const now = this.#now(nowMs);
    return this.#marks.all().map((mark) => activeMark(mark, now));
  }

  marksOn(lane: LaneId, model: string | null, nowMs: number): ActiveMark[] {
    const now = this.#now(nowMs);
    const marks = model === null ? [this.#marks.get(lane, null)] : this.#marks.binding(lane, model);
    return marks.flatMap((mark) => (mark === undefined ? [] : [activeMark(mark, now)]));
  }

  hasServed(lane: LaneId): boolean {
    return this.#served.has(lane);
  }

  refusals(lane: LaneId, nowMs: number): number {
    return refusedInRow(this.#health(lane), this.#now(nowMs));
  }

  snapshot(): LaneBookSnapshot {
    const marks: SavedMark[] = this.#marks.all().map(({ probe: _, ...mark }) => mark);
    const lanes = [...this.#lanes].map(
      ([lane, { overload, throttle, breaker, failures, refused }]): SavedLane => ({
        lane,
        overload,
        throttle,
        breaker,
        failures,
        ...(refused.count === 0 ? {} : { refused }),
      }),
    );
    return { version: 1, marks, lanes, ...(this.#served.size === 0 ? {} : { served: [...this.#served] }) };
  }

  restore(snapshot: unknown, nowMs: number): void {
    const { marks, lanes, served = [] } = readSnapshot(snapshot, this.#now(nowMs));
    this.#marks.clear();
    this.#lanes.clear();
    this.#served.clear();
    for (const lane of served.slice(0, MAX_LANES)) this.#served.add(lane);
    for (const mark of marks) this.#marks.put({ ...mark, probe: null });
    for (const { lane, ...health } of lanes) this.#setHealth(lane, { ...HEALTHY, ...health });
  }

  /** All marks that bind the model, if the time of each is over and nobody proves it. */
  #unproved(lane: LaneId, model: string, nowMs: number): LimitMark[] {
    const marks = this.#marks.binding(lane, model);
    return marks.every((mark) => viewMark(mark, nowMs).state === "half_open") ? marks : [];
  }

  #health(lane: LaneId): LaneHealth {
    return this.#lanes.get(lane) ?? HEALTHY;
  }

  #setHealth(lane: LaneId, health: LaneHealth): void {
    this.#lanes.set(lane, health);
    const [oldest] = this.#lanes.keys();
    if (this.#lanes.size > MAX_LANES && oldest !== undefined) this.#lanes.delete(oldest);
  }

  #now(wallMs: number): number {
    const { nowMs, shiftMs } = this.#clock.read(wallMs);
    if (shiftMs !== 0) {
      this.#marks.change((mark) => shiftMark(mark, shiftMs));
      for (const [lane, health] of this.#lanes) this.#lanes.set(lane, shiftHealth(health, shiftMs));
    }
    return nowMs;
  }
}

/** A herd of refusals at one instant is one reason: only what is refused after a cooldown has ended begins the next. */
function cooldownsInRow(before: LimitMark | undefined, nowMs: number): number {
  const known = before?.cooldowns ?? 0;
  const runs = before !== undefined && before.ownUntilMs !== null && before.ownUntilMs > nowMs;
  return runs ? Math.max(known, 1) : known + 1;
}

function activeMark(mark: LimitMark, nowMs: number): ActiveMark {
  const { lane, model, markedAtMs, windowMs } = mark;
  return { lane, model, markedAtMs, windowMs, ...viewMark(mark, nowMs) };
}

/** A number from outside that can be reckoned with; else `null`. */
function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}
