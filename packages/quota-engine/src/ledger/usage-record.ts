import { DEFAULT_WEIGHTS, MAX_TOKEN_COUNT, rawInput, type TokenCounts } from "@ccp/usage-contract";
import { SpeedBook } from "../speeds/speed-book.ts";
import type { UsageRecord } from "../types.ts";
import { COLUMNS, EXTRA, toColumns, weigh } from "../window/columns.ts";
import type { Instant } from "../window/logical-clock.ts";
import type { LaneState } from "./lane-state.ts";
import type { Ledger } from "./ledger.ts";
import { addToTally, advanceTally } from "./tally.ts";

/** Weight of one answer in what a lane's models are estimated with before they were seen. */
const LANE_ALPHA = 1 / 32;
/** No answer takes longer; a longer time is a fault of the caller and would swamp the hours. */
const MAX_WALL_MS = 86_400_000;

const row = new Float64Array(COLUMNS);

/** Counts one answer: in its model's windows, in the pools of its lane, and in what is learned. */
export function countRecord(ledger: Ledger, record: UsageRecord, at: Instant, sessionStartMs: number): void {
  const counts = usableCounts(record.counts);
  const entry = ledger.count(record.model);
  const lane = ledger.openLane(record.lane);
  const meter = ledger.openMeter(entry, record.lane);
  const atMs = Math.min(
    Number.isFinite(record.atMs) ? record.atMs + at.offsetMs : at.logicalMs,
    at.logicalMs,
  );
  const wallMs = record.wallMs > 0 ? Math.min(Math.round(record.wallMs), MAX_WALL_MS) : 0;
  entry.lastLane = record.lane;
  toColumns(counts, 0, row);
  advanceTally(meter.tally, at.logicalMs);
  addToTally(meter.tally, atMs, row, wallMs);
  for (const pool of entry.pools) {
    if (pool.quota.lane !== record.lane) continue;
    advanceTally(pool.tally, at.logicalMs);
    addToTally(pool.tally, atMs, row, wallMs);
  }
  addToLane(lane, row);
  if (!record.estimated) {
    meter.predictor.learn(counts, record.bodyBytes ?? 0);
    learnPerByte(lane, counts, record.bodyBytes ?? 0);
  }
  entry.speeds ??= new SpeedBook(ledger.config.rollingMs, ledger.config.weeklyMs);
  entry.speeds.rolling.advance(at.logicalMs);
  entry.speeds.add(record, counts, atMs, record.atMs >= sessionStartMs);
}

/** A class that is no usable number counts 0: one NaN would switch every limit off. Guesses are rounded up. */
function usableCounts(counts: TokenCounts): TokenCounts {
  return {
    inputTokens: usable(counts.inputTokens),
    outputTokens: usable(counts.outputTokens),
    cacheCreationTokens: usable(counts.cacheCreationTokens),
    cacheReadTokens: usable(counts.cacheReadTokens),
  };
}

function usable(tokens: number): number {
  return tokens > 0 && tokens <= MAX_TOKEN_COUNT ? Math.ceil(tokens) : 0;
}

function addToLane(lane: LaneState, columns: Float64Array): void {
  for (let column = 0; column < EXTRA; column += 1) {
    lane.totals[column] = (lane.totals[column] ?? 0) + (columns[column] ?? 0);
  }
  lane.countedTokens += weigh(columns, DEFAULT_WEIGHTS);
}

function learnPerByte(lane: LaneState, counts: TokenCounts, bodyBytes: number): void {
  const input = rawInput(counts);
  if (!(bodyBytes > 0) || input === 0) return;
  const perByte = input / bodyBytes;
  lane.tokensPerByte =
    lane.tokensPerByte === null ? perByte : lane.tokensPerByte + LANE_ALPHA * (perByte - lane.tokensPerByte);
}
