import { DEFAULT_WEIGHTS } from "@ccp/usage-contract/core";
import { SpeedBook } from "../speeds/speed-book.ts";
import type { UsageRecord } from "../types.ts";
import { addRow, COLUMNS, inputOf, toRow, usableMs, weigh } from "../window/columns.ts";
import type { Instant } from "../window/logical-clock.ts";
import type { Ledger } from "./ledger.ts";
import { addToTally, advanceTally } from "./tally.ts";

/** Filled anew for each record; nothing keeps it. */
const row = new Float64Array(COLUMNS);

/** Counts one answer: in its model's windows, in the pools of its lane, and in what is learned. */
export function countRecord(ledger: Ledger, record: UsageRecord, at: Instant, sessionStartMs: number): void {
  const entry = ledger.count(record.model);
  const lane = ledger.openLane(record.lane);
  const meter = ledger.openMeter(entry, record.lane);
  const endMs = Number.isFinite(record.atMs) ? record.atMs + at.offsetMs : at.logicalMs;
  const atMs = Math.min(endMs, at.logicalMs);
  const wallMs = usableMs(record.wallMs);
  entry.lastLane = record.lane;
  toRow(record.counts, row);
  addRow(lane.totals, row);
  const counted = weigh(row, DEFAULT_WEIGHTS);
  lane.countedTokens += counted;
  lane.declared.leaveOut(counted, atMs);
  if (!record.estimated) {
    meter.predictor.learn(row, record);
    lane.perByte.learn(inputOf(row), record);
  }
  if (!record.estimated || record.timed) {
    entry.speeds ??= new SpeedBook(ledger.config.rollingMs, ledger.config.weeklyMs);
    entry.speeds.rolling.advance(at.logicalMs);
    entry.speeds.add(record, row, atMs, record.atMs >= sessionStartMs);
  }
  advanceTally(meter.tally, at.logicalMs);
  addToTally(meter.tally, atMs, row, wallMs);
  for (const pool of entry.pools) {
    if (pool.quota.lane !== record.lane) continue;
    advanceTally(pool.tally, at.logicalMs);
    addToTally(pool.tally, atMs, row, wallMs);
  }
}
