import type { QuotaRule } from "@ccp/usage-contract";
import type { SpanBase } from "../calibration/bias-span.ts";
import { Calibration } from "../calibration/calibration.ts";
import { NO_OTHERS, type OthersUse } from "../shared/others-use.ts";
import { addRow, COLUMNS, EXTRA } from "../window/columns.ts";
import type { LogicalClock } from "../window/logical-clock.ts";
import { WindowCounter, type WindowKind, type WindowSpec } from "../window/window-counter.ts";

/** 5 h in minutes, 7 d in quarters of an hour; other lengths in as many parts. */
export const ROLLING_BUCKETS = 300;
export const WEEKLY_BUCKETS = 672;

export type WindowName = "rolling" | "weekly";

export interface WindowLengths {
  readonly rollingMs: number;
  readonly weeklyMs: number;
}

/** One of the two windows a quota can cap, with what was learned about it. */
export interface TallyWindow {
  readonly name: WindowName;
  /** Replaced when a reload changes the window's length. */
  counter: WindowCounter;
  readonly calibration: Calibration;
  /** What other gateways on the same plan add to it. */
  others: OthersUse;
  /** The declared reset (logical ms) that last gave a gap sample. */
  sampledResetMs: number;
  /** Where the running span of declared utilisation began. */
  span: SpanBase | null;
}

/** Everything counted for one model on one lane, or for one pool. */
export interface Tally {
  readonly rolling: TallyWindow;
  readonly weekly: TallyWindow;
  /** Counted tokens that leases hold. */
  reserved: number;
  /** The same of other gateways on the plan. */
  reservedByOthers: number;
  /** Raw classes since the engine was made; never expire. */
  readonly totals: Float64Array;
  /** Logical time of the last limit that was taken as a sample. */
  limitMs: number;
}

/** @param rule Gives the kinds of windows; `null`: sliding. */
export function createTally(rule: QuotaRule | null, lengths: WindowLengths, clock: LogicalClock): Tally {
  const window = (name: WindowName): TallyWindow => ({
    name,
    counter: new WindowCounter(windowSpec(name, rule, lengths), clock),
    calibration: new Calibration(),
    others: NO_OTHERS,
    sampledResetMs: Number.NEGATIVE_INFINITY,
    span: null,
  });
  return {
    rolling: window("rolling"),
    weekly: window("weekly"),
    reserved: 0,
    reservedByOthers: 0,
    totals: new Float64Array(COLUMNS),
    limitMs: Number.NEGATIVE_INFINITY,
  };
}

export function windowSpec(name: WindowName, rule: QuotaRule | null, lengths: WindowLengths): WindowSpec {
  return {
    lengthMs: name === "rolling" ? lengths.rollingMs : lengths.weeklyMs,
    buckets: name === "rolling" ? ROLLING_BUCKETS : WEEKLY_BUCKETS,
    kind: kindOf(name, rule),
    anchor: name === "weekly" ? (rule?.weeklyAnchor ?? null) : null,
  };
}

export function kindOf(name: WindowName, rule: QuotaRule | null): WindowKind {
  return (name === "rolling" ? rule?.rollingKind : rule?.weeklyKind) ?? "sliding";
}

/** The capacity of a window in counted tokens; `null` where none is configured or hours are meant. */
export function capacityOf(name: WindowName, rule: QuotaRule): number | null {
  if (name === "rolling") return rule.rollingTokens;
  return rule.weeklyLimitType === "tokens" ? rule.weeklyLimitValue : null;
}

/** Ends what has ended by `nowMs` in both windows. */
export function advanceTally(tally: Tally, nowMs: number): void {
  tally.rolling.counter.advance(nowMs);
  tally.weekly.counter.advance(nowMs);
}

/**
 * Adds one row to both windows.
 *
 * @param row Four token classes; its last column is written here: 1 request in the rolling window, `wallMs` in the
 *   weekly one.
 */
export function addToTally(tally: Tally, atMs: number, row: Float64Array, wallMs: number): void {
  row[EXTRA] = 1;
  tally.rolling.counter.add(atMs, row);
  addRow(tally.totals, row);
  row[EXTRA] = wallMs;
  tally.weekly.counter.add(atMs, row);
}
