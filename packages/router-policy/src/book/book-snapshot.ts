import type { LaneId } from "@ccp/usage-contract";
import { isCount, isRecord, isTime, readRows } from "../plain-values.ts";
import type { Backoff } from "./backoff.ts";
import type { LaneHealth } from "./lane-health.ts";
import { boundMark, type LimitMark, shiftMark } from "./limit-mark.ts";

export type SavedMark = Omit<LimitMark, "probe">;
export type SavedLane = Pick<LaneHealth, "overload" | "throttle" | "breaker" | "failures"> & {
  readonly lane: LaneId;
  /** Absent in a book that was saved before it was kept. */
  readonly refused?: LaneHealth["refused"];
};

/** A book as plain JSON. */
export interface LaneBookSnapshot {
  readonly version: 1;
  readonly marks: readonly SavedMark[];
  readonly lanes: readonly SavedLane[];
  /** Lanes that have served; absent where none has, and in a book that was saved before it was kept. */
  readonly served?: readonly LaneId[];
}

/** No pause is longer. */
const LONGEST_PAUSE_MS = 1_800_000;

/**
 * Reads a snapshot as it comes from a file. Rows that are not valid are skipped. Ends are cut to what they can mean
 * by the clock of now, for it may have been set since.
 */
export function readSnapshot(value: unknown, nowMs: number): Omit<LaneBookSnapshot, "version"> {
  if (!isRecord(value) || value.version !== 1) return { marks: [], lanes: [] };
  const served: readonly unknown[] = Array.isArray(value.served) ? value.served : [];
  return {
    marks: readRows(value.marks, (row) => toMark(row, nowMs)),
    lanes: readRows(value.lanes, (row) => toLane(row, nowMs)),
    served: served.filter((lane): lane is LaneId => typeof lane === "string"),
  };
}

function toMark(row: Readonly<Record<string, unknown>>, nowMs: number): SavedMark | null {
  const { lane, model, markedAtMs, declaredUntilMs, ownUntilMs, windowMs } = row;
  if (typeof lane !== "string" || !(model === null || typeof model === "string")) return null;
  if (!isTime(markedAtMs) || !isTimeOrNull(declaredUntilMs) || !isTimeOrNull(ownUntilMs)) return null;
  if (!isTimeOrNull(windowMs)) return null;
  const cooldowns = isCount(row.cooldowns) ? row.cooldowns : 0;
  const mark = { lane, model, markedAtMs, declaredUntilMs, ownUntilMs, cooldowns, windowMs, probe: null };
  return boundMark(shiftMark(mark, Math.min(0, nowMs - markedAtMs)), nowMs);
}

function toLane(row: Readonly<Record<string, unknown>>, nowMs: number): SavedLane | null {
  const { lane, failures } = row;
  const overload = toBackoff(row.overload, nowMs);
  const throttle = toBackoff(row.throttle, nowMs);
  const breaker = toBackoff(row.breaker, nowMs);
  if (typeof lane !== "string" || !isCount(failures)) return null;
  return overload === null || throttle === null || breaker === null
    ? null
    : { lane, overload, throttle, breaker, failures, ...toRefused(row.refused, nowMs) };
}

function toRefused(value: unknown, nowMs: number): Pick<SavedLane, "refused"> {
  if (!isRecord(value)) return {};
  const { count, lastMs } = value;
  return isCount(count) && isTime(lastMs) ? { refused: { count, lastMs: Math.min(lastMs, nowMs) } } : {};
}

function toBackoff(value: unknown, nowMs: number): Backoff | null {
  if (!isRecord(value)) return null;
  const { level, untilMs } = value;
  if (!isCount(level) || !isTime(untilMs)) return null;
  return { level, untilMs: Math.min(untilMs, nowMs + LONGEST_PAUSE_MS) };
}

function isTimeOrNull(value: unknown): value is number | null {
  return value === null || isTime(value);
}
