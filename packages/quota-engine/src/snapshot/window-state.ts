import type { Sample } from "../calibration/sample-ring.ts";
import type { Tally, TallyWindow } from "../ledger/tally.ts";
import { COLUMNS } from "../window/columns.ts";
import type { SlidingRing } from "../window/sliding-ring.ts";
import type { WindowBounds, WindowKind } from "../window/window-counter.ts";
import { asCount, asList, asNumber, asNumbers, asObject, asObjects, type Json } from "./read-json.ts";

/** Numbers before the columns of a row: buckets since the row before, first ms within the bucket. */
const ROW_HEAD = 2;

export interface RingState {
  readonly bucketMs: number;
  /** Non-empty buckets, flat, oldest first; the first row counts its buckets from 0. */
  readonly rows: readonly number[];
}

export interface WindowState {
  readonly kind: WindowKind;
  readonly lengthMs: number;
  readonly ring: RingState;
  readonly bounds: WindowBounds;
  /** The declared reset that gave the last gap sample. */
  readonly sampledResetMs: number | null;
  readonly gaps: readonly Sample[];
  readonly biases: readonly Sample[];
}

export interface TallyState {
  readonly rolling: WindowState;
  readonly weekly: WindowState;
}

export function saveTally(tally: Tally): TallyState {
  return { rolling: saveWindow(tally.rolling), weekly: saveWindow(tally.weekly) };
}

/** @param nowMs Logical time of the snapshot: windows are restored as they stood then. */
export function restoreTally(tally: Tally, state: Json, nowMs: number): void {
  restoreWindow(tally.rolling, asObject(state.rolling), nowMs);
  restoreWindow(tally.weekly, asObject(state.weekly), nowMs);
}

export function saveRing(ring: SlidingRing): RingState {
  const rows: number[] = [];
  let last = 0;
  ring.forEachRow((index, firstMs, row) => {
    rows.push(index - last, firstMs - index * ring.bucketMs);
    last = index;
    for (let column = 0; column < row.length; column += 1) rows.push(row[column] ?? 0);
  });
  return { bucketMs: ring.bucketMs, rows };
}

/**
 * Puts saved rows back. Where the buckets have another length by now, a row keeps the newest time it can stand for, so
 * that no window holds less than before.
 */
export function restoreRing(ring: SlidingRing, state: Json | null, nowMs: number): void {
  const bucketMs = asNumber(state?.bucketMs);
  if (bucketMs === null || !(bucketMs > 0)) return;
  ring.advance(nowMs);
  const flat = asList(state?.rows);
  const width = ROW_HEAD + ring.columns;
  const row = new Float64Array(ring.columns);
  let index = 0;
  for (let start = 0; start + width <= flat.length; start += width) {
    const gap = asNumber(flat[start]);
    // Without it no later row has a time.
    if (gap === null) return;
    index += gap;
    for (let column = 0; column < ring.columns; column += 1) {
      row[column] = Math.round(asCount(flat[start + ROW_HEAD + column]));
    }
    const offset = Math.min(asCount(flat[start + 1]), bucketMs);
    const atMs = bucketMs === ring.bucketMs ? index * bucketMs + offset : (index + 1) * bucketMs - 1;
    ring.add(Math.min(atMs, nowMs), row);
  }
}

function saveWindow({ counter, calibration, sampledResetMs }: TallyWindow): WindowState {
  const { gaps, biases } = calibration.toJSON();
  return {
    kind: counter.kind,
    lengthMs: counter.lengthMs,
    ring: saveRing(counter.ring),
    bounds: counter.bounds(),
    sampledResetMs: Number.isFinite(sampledResetMs) ? sampledResetMs : null,
    gaps,
    biases,
  };
}

function restoreWindow(window: TallyWindow, state: Json | null, nowMs: number): void {
  if (state === null) return;
  const { counter, calibration } = window;
  restoreRing(counter.ring, asObject(state.ring), nowMs);
  const bounds = readBounds(asObject(state.bounds));
  const same = state.kind === counter.kind && state.lengthMs === counter.lengthMs;
  // A week that follows the configured day and time is opened anew: both may have changed since.
  const ownWeek = counter.followsAnchor && bounds?.declared === false;
  if (same && bounds !== null && !ownWeek) counter.restoreBounds(bounds);
  else counter.recount(nowMs);
  window.sampledResetMs = asNumber(state.sampledResetMs) ?? Number.NEGATIVE_INFINITY;
  calibration.restore({ gaps: readSamples(state.gaps), biases: readSamples(state.biases) }, nowMs);
}

function readBounds(state: Json | null): WindowBounds | null {
  if (state === null) return null;
  const sums = asNumbers(state.sums);
  return sums.length < COLUMNS
    ? null
    : {
        startMs: asNumber(state.startMs),
        endMs: asNumber(state.endMs),
        declared: state.declared === true,
        closedMs: asNumber(state.closedMs),
        ownStartMs: asNumber(state.ownStartMs),
        sums: sums.map(asCount),
      };
}

export function readSamples(value: unknown): Sample[] {
  return asObjects(value).flatMap((sample) => {
    const atMs = asNumber(sample.atMs);
    const number = asNumber(sample.value);
    return atMs === null || number === null ? [] : { atMs, value: number };
  });
}
