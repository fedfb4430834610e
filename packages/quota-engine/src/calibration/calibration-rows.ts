import { isGlob, type LaneId } from "@ccp/usage-contract/core";
import { type Ledger, ruleOn } from "../ledger/ledger.ts";
import { advanceTally, type Tally } from "../ledger/tally.ts";
import type { CalibrationRow } from "../types.ts";
import type { Instant } from "../window/logical-clock.ts";
import { calibrationView } from "./calibration-view.ts";

/** Everything that was learned: a row for each model on each lane it was counted on or has its quota on, then pools. */
export function calibrationRows(ledger: Ledger, at: Instant): CalibrationRow[] {
  const rows: CalibrationRow[] = [];
  for (const entry of ledger.models.values()) {
    const lanes = new Set(entry.meters.map((meter) => meter.lane));
    if (entry.quota !== null && !isGlob(entry.quota.key)) lanes.add(entry.quota.lane);
    for (const lane of lanes) {
      const tally = ledger.meter(entry, lane)?.tally ?? null;
      const learned = calibrationView(tally, ruleOn(entry, lane));
      rows.push({ kind: "model", name: entry.name, lane, ...learned, ...resetsOf(tally, at) });
    }
  }
  for (const { quota, tally } of ledger.pools) {
    const learned = calibrationView(tally, quota);
    rows.push({ kind: "pool", name: quota.name, lane: quota.lane, ...learned, ...resetsOf(tally, at) });
  }
  return rows;
}

/** The two sides of a gap, of the rolling window. Epoch ms. */
function resetsOf(
  tally: Tally | null,
  at: Instant,
): Pick<CalibrationRow, "calculatedResetMs" | "declaredResetMs"> {
  if (tally === null) return { calculatedResetMs: null, declaredResetMs: null };
  advanceTally(tally, at.logicalMs);
  const { counter, sampledResetMs } = tally.rolling;
  const declared = counter.declared ? counter.resetMs(at.logicalMs) : sampledResetMs;
  return {
    calculatedResetMs: toWall(counter.calculatedResetMs(at.logicalMs), at),
    // A refusal declares a reset without moving the window; once it has passed it says nothing any more.
    declaredResetMs: toWall(declared !== null && declared > at.logicalMs ? declared : null, at),
  };
}

function toWall(logicalMs: number | null, at: Instant): number | null {
  return logicalMs === null ? null : logicalMs - at.offsetMs;
}

/**
 * Forgets samples, and the spans that the next ones would be measured from. Counts stay, and so does what a probe
 * found.
 *
 * @param model `null`: every model and pool, and the lanes' units.
 * @param lane `null`: every lane.
 * @returns How many models, pools and lanes were meant: 0 is a name that nothing is known of.
 */
export function resetCalibration(
  ledger: Ledger,
  model: string | null,
  lane: LaneId | null,
  at: Instant,
): number {
  const isMeant = (name: LaneId): boolean => lane === null || name === lane;
  const entries = model === null ? [...ledger.models.values()] : [ledger.find(model)];
  let meant = 0;
  for (const entry of entries) {
    // A model that its quota names may be asked about before its first request.
    if (entry.known && entry.quota !== null && entry.meters.length === 0 && isMeant(entry.quota.lane)) {
      meant += 1;
    }
    for (const meter of entry.meters) {
      if (!isMeant(meter.lane)) continue;
      forgetTally(meter.tally, at.logicalMs);
      meant += 1;
    }
  }
  if (model !== null) return meant;
  for (const { quota, tally } of ledger.pools) {
    if (!isMeant(quota.lane)) continue;
    forgetTally(tally, at.logicalMs);
    meant += 1;
  }
  for (const state of ledger.lanes.values()) {
    if (!isMeant(state.lane)) continue;
    for (const learner of state.units.byWindow.values()) learner.restore([], at.logicalMs);
    meant += 1;
  }
  return meant;
}

function forgetTally(tally: Tally, nowMs: number): void {
  tally.limitMs = Number.NEGATIVE_INFINITY;
  for (const window of [tally.rolling, tally.weekly]) {
    window.calibration.restore({ gaps: [], biases: [] }, nowMs);
    window.span = null;
    window.sampledResetMs = Number.NEGATIVE_INFINITY;
  }
}
