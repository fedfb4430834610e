import type { QuotaConfig } from "@ccp/usage-contract";
import { Ledger } from "../ledger/ledger.ts";
import { LogicalClock } from "../window/logical-clock.ts";
import { type LaneSnapshot, restoreLane, saveLane } from "./lane-snapshot.ts";
import { type ModelState, restoreModel, saveModel } from "./model-state.ts";
import { asNumber, asObject, asObjects, asText, type Json } from "./read-json.ts";
import { restoreTally, saveTally, type TallyState } from "./window-state.ts";

/** Raised whenever an older engine could misread a newer snapshot. */
export const SNAPSHOT_VERSION = 1;
/** The largest time a date can hold, ms. */
const MAX_TIME_MS = 8.64e15;

/** Plain JSON; only the engine reads it. Times in it are logical ms unless they are named otherwise. */
export interface EngineSnapshot {
  readonly version: typeof SNAPSHOT_VERSION;
  /** Wall clock at the last call before it, epoch ms: replay only what is newer. `null` before any call. */
  readonly savedAtMs: number | null;
  readonly clock: {
    readonly offsetMs: number;
    readonly highWaterMs: number | null;
    readonly steppedMs: number | null;
  };
  /** Where the session speeds begin, epoch ms; `null`: with the first record. */
  readonly sessionStartMs: number | null;
  readonly models: readonly ModelState[];
  readonly pools: readonly (TallyState & { readonly name: string; readonly lane: string })[];
  readonly lanes: readonly LaneSnapshot[];
}

export type RestoreResult =
  | {
      readonly restored: true;
      /** See {@link EngineSnapshot.savedAtMs}. */
      readonly savedAtMs: number | null;
      /** Models, pools and lanes of the snapshot that could not be read. */
      readonly skipped: number;
    }
  | { readonly restored: false; readonly reason: string };

export type ReadSnapshot =
  | {
      readonly success: true;
      readonly ledger: Ledger;
      readonly savedAtMs: number | null;
      /** `null`: a new session begins. */
      readonly sessionStartMs: number | null;
      readonly skipped: number;
    }
  | { readonly success: false; readonly reason: string };

export function saveSnapshot(ledger: Ledger, sessionStartMs: number): EngineSnapshot {
  const { offsetMs, highWaterMs, steppedMs } = ledger.clock;
  const finite = (ms: number): number | null => (Number.isFinite(ms) ? ms : null);
  return {
    version: SNAPSHOT_VERSION,
    savedAtMs: finite(highWaterMs - offsetMs),
    clock: { offsetMs, highWaterMs: finite(highWaterMs), steppedMs: finite(steppedMs) },
    sessionStartMs: finite(sessionStartMs),
    models: [...ledger.models.values()].filter((entry) => entry.meters.length > 0).map(saveModel),
    pools: ledger.pools.map(({ quota, tally }) => ({
      name: quota.name,
      lane: quota.lane,
      ...saveTally(tally),
    })),
    lanes: [...ledger.lanes.values()].map(saveLane),
  };
}

/**
 * Reads a snapshot into a new ledger with today's quotas. Never throws; parts that cannot be read are left out.
 *
 * @param keepSession Whether the session goes on that the snapshot was taken in.
 */
export function readSnapshot(value: unknown, config: QuotaConfig, keepSession: boolean): ReadSnapshot {
  const snapshot = asObject(value);
  if (snapshot === null) return { success: false, reason: "the snapshot is not an object" };
  if (snapshot.version !== SNAPSHOT_VERSION) {
    return {
      success: false,
      reason: `expected snapshot version ${SNAPSHOT_VERSION}, found ${describe(snapshot.version)}`,
    };
  }
  const clock = readClock(asObject(snapshot.clock));
  if (clock === null) return { success: false, reason: "the snapshot's clock cannot be read" };
  const ledger = new Ledger(config, clock);
  const nowMs = clock.highWaterMs;
  let skipped = 0;
  const count = (read: boolean): void => {
    if (!read) skipped += 1;
  };
  for (const lane of asObjects(snapshot.lanes)) count(restoreLane(ledger, lane, nowMs));
  for (const model of asObjects(snapshot.models)) count(restoreModel(ledger, model, nowMs, keepSession));
  for (const pool of asObjects(snapshot.pools)) count(restorePool(ledger, pool, nowMs));
  const sessionStartMs = keepSession ? asNumber(snapshot.sessionStartMs) : null;
  return { success: true, ledger, skipped, savedAtMs: asNumber(snapshot.savedAtMs), sessionStartMs };
}

function restorePool(ledger: Ledger, state: Json, nowMs: number): boolean {
  const name = asText(state.name);
  const pool = ledger.pools.find(({ quota }) => quota.name === name && quota.lane === state.lane);
  if (pool !== undefined) restoreTally(pool.tally, state, nowMs);
  // A pool that the quotas no longer have is no fault of the snapshot.
  return name !== null;
}

/** `null` when its times are none: every later reading would then look like a clock that was set. */
function readClock(state: Json | null): LogicalClock | null {
  const offsetMs = asNumber(state?.offsetMs);
  if (state === null || offsetMs === null || Math.abs(offsetMs) > MAX_TIME_MS) return null;
  const highWaterMs = asNumber(state.highWaterMs) ?? Number.NEGATIVE_INFINITY;
  if (highWaterMs > MAX_TIME_MS) return null;
  const clock = new LogicalClock();
  clock.offsetMs = offsetMs;
  clock.highWaterMs = highWaterMs;
  clock.steppedMs = asNumber(state.steppedMs) ?? Number.NEGATIVE_INFINITY;
  return clock;
}

function describe(version: unknown): string {
  return typeof version === "number" || typeof version === "string" ? String(version) : "none";
}
