import type { LaneId, QuotaRule, WindowReading } from "@ccp/usage-contract";
import type { DeclaredWindow } from "../assess/declared-windows.ts";
import type { LaneState } from "../ledger/lane-state.ts";
import { type Ledger, ruleOn } from "../ledger/ledger.ts";
import { capacityOf, type Tally, type TallyWindow } from "../ledger/tally.ts";
import type { Instant } from "../window/logical-clock.ts";
import { RESET_JITTER_MS } from "../window/window-counter.ts";
import { extendSpan } from "./bias-span.ts";

/** Something counted on a lane, with the caps it has, if any. */
interface Subject {
  readonly tally: Tally;
  readonly rule: QuotaRule | null;
}

/**
 * Takes in what a lane declares of its windows: keeps it, moves our own windows of the same length to the declared
 * reset, and learns from the difference.
 *
 * @param model Whose answer carried the readings; `null` for a quota endpoint.
 */
export function observeWindows(
  ledger: Ledger,
  laneId: LaneId,
  model: string | null,
  readings: readonly WindowReading[],
  at: Instant,
): void {
  const lane = ledger.openLane(laneId);
  const entry = model === null ? null : ledger.find(model);
  // A model with a quota is measured from its first answer on, whose headers come before its tokens.
  if (entry?.known && ruleOn(entry, laneId) !== null) ledger.openMeter(entry, laneId);
  const subjects = [...subjectsOn(ledger, laneId)];
  for (const reading of readings) {
    const window = lane.declared.observe(reading, entry?.family ?? null, lane.countedTokens, at);
    if (window === null || window.scope !== "account") continue;
    if (window.resetAtMs !== null && window.lengthMs !== null) {
      for (const subject of subjects) declareReset(subject.tally, window.lengthMs, window.resetAtMs, at);
    }
    if (reading.usedRatio === null || window.usedRatio === null) continue;
    if (ledger.otherGateways > 0) {
      breakSpans(lane, subjects);
      continue;
    }
    lane.units.open(window.name).observe({
      ratio: window.usedRatio,
      resetAtMs: window.resetAtMs,
      totals: lane.totals,
      atMs: at.logicalMs,
    });
    for (const subject of subjects) learnBias(subject, lane, window, at);
  }
}

/** Takes in what another gateway read: keeps it and moves our own windows to the declared resets, and learns nothing. */
export function adoptWindows(
  ledger: Ledger,
  laneId: LaneId,
  model: string | null,
  readings: readonly WindowReading[],
  at: Instant,
): void {
  const lane = ledger.openLane(laneId);
  const family = model === null ? null : ledger.find(model).family;
  for (const reading of readings) {
    const window = lane.declared.observe(reading, family, lane.countedTokens, at);
    if (window === null || window.scope !== "account") continue;
    if (window.resetAtMs === null || window.lengthMs === null) continue;
    for (const { tally } of subjectsOn(ledger, laneId)) {
      for (const own of [tally.rolling, tally.weekly]) {
        if (own.counter.lengthMs !== window.lengthMs) continue;
        own.counter.advance(at.logicalMs);
        own.counter.declare(window.resetAtMs + at.offsetMs, at.logicalMs);
      }
    }
  }
}

/** Other gateways move the ratio as well, and their tokens are not told by class and minute: no span can be measured. */
function breakSpans(lane: LaneState, subjects: readonly Subject[]): void {
  for (const learner of lane.units.byWindow.values()) learner.breakSpan();
  for (const { tally } of subjects) {
    tally.rolling.span = null;
    tally.weekly.span = null;
  }
}

/** Models and pools that are counted on a lane. */
export function* subjectsOn(ledger: Ledger, laneId: LaneId): Generator<Subject> {
  for (const entry of ledger.models.values()) {
    const meter = ledger.meter(entry, laneId);
    if (meter !== undefined) yield { tally: meter.tally, rule: ruleOn(entry, laneId) };
  }
  for (const pool of ledger.pools) {
    if (pool.quota.lane === laneId) yield { tally: pool.tally, rule: pool.quota };
  }
}

/** Moves the window of that length to a declared reset (epoch ms), after sampling how far off our own was. */
export function declareReset(tally: Tally, lengthMs: number, resetAtMs: number, at: Instant): void {
  for (const window of [tally.rolling, tally.weekly]) {
    if (window.counter.lengthMs !== lengthMs) continue;
    const resetMs = resetAtMs + at.offsetMs;
    sampleGap(window, resetMs, at);
    window.counter.declare(resetMs, at.logicalMs);
  }
}

/**
 * Takes one gap sample for each declared reset (logical ms): calculated minus declared. The same reset comes with
 * every answer and counts once. None while nothing is counted, for there is no calculation then, and none where the
 * clock was set within the window.
 */
export function sampleGap(window: TallyWindow, resetMs: number, at: Instant): void {
  window.counter.advance(at.logicalMs);
  if (Math.abs(resetMs - window.sampledResetMs) < RESET_JITTER_MS) return;
  const calculated = window.counter.calculatedResetMs(at.logicalMs);
  if (calculated === null || resetMs <= at.logicalMs) return;
  window.sampledResetMs = resetMs;
  if (spansStep(window, at)) return;
  window.calibration.addGap((Math.max(calculated, at.logicalMs) - resetMs) / 1000, at.logicalMs);
}

/** Whether the clock was set within the window: what is calculated across a step is no sample. */
export function spansStep(window: TallyWindow, at: Instant): boolean {
  return at.steppedMs > at.logicalMs - window.counter.lengthMs;
}

function learnBias(subject: Subject, lane: LaneState, declared: DeclaredWindow, at: Instant): void {
  const { tally, rule } = subject;
  if (rule === null || declared.usedRatio === null) return;
  for (const window of [tally.rolling, tally.weekly]) {
    const capacity = capacityOf(window.name, rule);
    if (capacity === null || window.counter.lengthMs !== declared.lengthMs) continue;
    const point = {
      ratio: declared.usedRatio,
      resetAtMs: declared.resetAtMs,
      own: tally.totals,
      lane: lane.totals,
    };
    const { base, bias } = extendSpan(window.span, point, rule.weights, capacity);
    window.span = base;
    if (bias !== null && !spansStep(window, at)) window.calibration.addBias(bias, at.logicalMs);
  }
}
