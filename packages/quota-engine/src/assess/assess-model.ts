import { DEFAULT_WARN_PCT, type LaneId, type TrafficClass } from "@ccp/usage-contract/core";
import { autoWarnPct, type BiasSummary, TRUSTED } from "../calibration/summarize.ts";
import { type Ledger, ruleOn } from "../ledger/ledger.ts";
import type { ModelEntry } from "../ledger/model-entry.ts";
import { advanceTally, type Tally } from "../ledger/tally.ts";
import type { Assessment, Constraint } from "../types.ts";
import { EXTRA } from "../window/columns.ts";
import type { Instant } from "../window/logical-clock.ts";
import { weighDeclared } from "./declared-constraint.ts";
import { bindsFamily, currentReading } from "./declared-windows.ts";
import { keptFree, keptFreeOn } from "./kept-free.ts";
import { weighOwn } from "./own-constraint.ts";
import { windowFigures } from "./window-figures.ts";

const NOTHING_LEARNED: BiasSummary = { bias: null, confidence: 0, samples: 0 };

/** What an assessment is about. */
interface Asked {
  readonly entry: ModelEntry;
  readonly lane: LaneId;
  readonly predicted: number;
  readonly traffic: TrafficClass;
  readonly at: Instant;
}

/** Weighs everything that binds a model on a lane at one instant. Changes no count. */
export function assessModel(
  ledger: Ledger,
  entry: ModelEntry,
  lane: LaneId,
  predicted: number,
  at: Instant,
  traffic: TrafficClass = "main",
): Assessment {
  const quota = ruleOn(entry, lane);
  const tally = ledger.meter(entry, lane)?.tally ?? null;
  if (tally !== null) advanceTally(tally, at.logicalMs);
  const warnPct = quota?.warnPct ?? DEFAULT_WARN_PCT;
  const rolling = windowFigures("rolling", tally, quota, at);
  const weekly = windowFigures("weekly", tally, quota, at);
  const constraints: Constraint[] = [];
  const share = keptFree(quota, traffic);
  push(constraints, weighOwn("rolling", "rolling", rolling, tally, warnPct, predicted, at.logicalMs, share));
  push(constraints, weighOwn("weekly", "weekly", weekly, tally, warnPct, predicted, at.logicalMs, share));
  const asked: Asked = { entry, lane, predicted, traffic, at };
  if (entry.pools.length > 0) addPools(constraints, asked);
  const spentUntilMs = addDeclared(constraints, ledger, asked, warnPct);
  const learned = strongest(tally);
  const warnPctAuto = autoWarnPct(warnPct, learned);
  const binding = tightest(constraints);
  return {
    constraints,
    binding,
    usedTokens: binding?.usedTokens ?? rolling.usedTokens,
    reservedTokens: tally === null ? 0 : tally.reserved + tally.reservedByOthers,
    headroomTokens: smallestHeadroom(constraints),
    headroomPct: smaller(rolling.headroomPct, weekly.headroomPct),
    warnThreshold: learned.confidence >= TRUSTED ? warnPctAuto : warnPct,
    warnPct,
    warnPctAuto,
    confidence: learned.confidence,
    warned: constraints.some((constraint) => constraint.warned),
    blocked: binding?.blocked ?? false,
    spentUntilMs,
    rolling,
    weekly,
    requests: tally?.rolling.counter.used(EXTRA) ?? 0,
  };
}

/** What is shown as the model's calibration: of its two windows the one that more is known about. */
export function strongest(tally: Tally | null): BiasSummary {
  if (tally === null) return NOTHING_LEARNED;
  const rolling = tally.rolling.calibration.learned;
  const weekly = tally.weekly.calibration.learned;
  return weekly.confidence > rolling.confidence ? weekly : rolling;
}

function push(into: Constraint[], constraint: Constraint | null): void {
  if (constraint !== null) into.push(constraint);
}

function addPools(into: Constraint[], { entry, lane, predicted, traffic, at }: Asked): void {
  for (const { quota, tally, names } of entry.pools) {
    if (quota.lane !== lane) continue;
    advanceTally(tally, at.logicalMs);
    const share = keptFree(quota, traffic);
    for (const which of ["rolling", "weekly"] as const) {
      const figures = windowFigures(which, tally, quota, at);
      push(
        into,
        weighOwn(names[which], which, figures, tally, quota.warnPct, predicted, at.logicalMs, share),
      );
    }
  }
}

/** @returns The latest reset among the declared windows that are spent. */
function addDeclared(
  into: Constraint[],
  ledger: Ledger,
  { entry, lane, predicted, traffic, at }: Asked,
  warnPct: number,
): number | null {
  const state = ledger.lane(lane);
  if (state === undefined) return null;
  const share = keptFreeOn(entry, lane, traffic);
  let spentUntilMs: number | null = null;
  for (const window of state.declared.all) {
    if (!bindsFamily(window, entry.family)) continue;
    const reading = currentReading(window, at.wallMs, at.logicalMs);
    into.push(weighDeclared(state, window, reading, warnPct, predicted, at.logicalMs, share));
    if (reading.spent && reading.resetAtMs !== null) {
      spentUntilMs = Math.max(spentUntilMs ?? reading.resetAtMs, reading.resetAtMs);
    }
  }
  return spentUntilMs;
}

function tightest(constraints: readonly Constraint[]): Constraint | null {
  let tightest: Constraint | null = null;
  for (const constraint of constraints) {
    if (constraint.usedPct === null && !constraint.blocked) continue;
    if (tightest === null || constraint.pressure > tightest.pressure) tightest = constraint;
  }
  return tightest;
}

function smallestHeadroom(constraints: readonly Constraint[]): number | null {
  let least: number | null = null;
  for (const { headroomTokens } of constraints) least = smaller(least, headroomTokens);
  return least;
}

function smaller(a: number | null, b: number | null): number | null {
  if (a === null) return b;
  return b === null ? a : Math.min(a, b);
}
