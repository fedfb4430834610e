import type { QuotaEngine } from "@ccp/quota-engine";
import type { SharedReading, Tell } from "@ccp/shared-quota";
import type { LaneId, WindowReading } from "@ccp/usage-contract";
import type { StoreTime } from "./store-time.ts";

/** A reading that says nothing new is told again after this long, so that its age is known. */
const REPEAT_MS = 30_000;
const RATIO_STEP = 0.01;
const RESET_STEP_MS = 60_000;
/** More windows than all lanes of a catalog have. */
const MAX_READINGS = 500;

interface Latest {
  readonly reading: WindowReading;
  readonly atMs: number;
}

/** Shares what lanes declare about their windows: one gateway's answer tells all of them. */
export class ReadingExchange {
  readonly #engine: QuotaEngine;
  readonly #time: StoreTime;
  readonly #told = new Map<string, Latest>();
  /** When the newest reading of each window was taken, here or elsewhere, wall ms. */
  readonly #newest = new Map<string, number>();

  constructor(engine: QuotaEngine, time: StoreTime) {
    this.#engine = engine;
    this.#time = time;
  }

  /** What of an own reading the others should know. */
  changes(lane: LaneId, model: string | null, readings: readonly WindowReading[], nowMs: number): Tell[] {
    const tells: Tell[] = [];
    for (const reading of readings) {
      const key = keyOf(lane, reading);
      this.#newest.set(key, nowMs);
      const before = this.#told.get(key);
      if (before !== undefined && !isNews(before, reading, nowMs)) continue;
      if (before === undefined && this.#told.size >= MAX_READINGS) continue;
      this.#told.set(key, { reading, atMs: nowMs });
      const observedMs = this.#time.toStore(nowMs);
      tells.push({ kind: "reading", reading: { lane, model, observedMs, reading } });
    }
    return tells;
  }

  adopt(readings: readonly SharedReading[], nowMs: number): void {
    for (const { lane, model, observedMs, reading } of readings) {
      const atMs = this.#time.toWall(observedMs);
      const key = keyOf(lane, reading);
      // What this gateway told itself comes back with a clock's error.
      if (atMs <= (this.#newest.get(key) ?? Number.NEGATIVE_INFINITY) + 1000) continue;
      this.#newest.set(key, atMs);
      this.#engine.adoptWindows(lane, model, [{ ...reading, observedAtMs: atMs }], nowMs);
    }
  }
}

function isNews({ reading: before, atMs }: Latest, now: WindowReading, nowMs: number): boolean {
  return (
    nowMs - atMs >= REPEAT_MS ||
    before.status !== now.status ||
    differs(before.usedRatio, now.usedRatio, RATIO_STEP) ||
    differs(before.resetAtMs, now.resetAtMs, RESET_STEP_MS)
  );
}

function differs(a: number | null, b: number | null, step: number): boolean {
  return a === null || b === null ? a !== b : Math.abs(a - b) >= step - 1e-9;
}

function keyOf(lane: LaneId, { scope, name }: WindowReading): string {
  return `${lane}\n${scope}\n${name}`;
}
