import type { Speeds } from "@ccp/usage-contract";
import type { UsageRecord } from "../types.ts";
import { addRow, inputOf, OUTPUT, usableMs } from "../window/columns.ts";
import { SlidingRing } from "../window/sliding-ring.ts";
import { HourBook } from "./hour-book.ts";
import {
  perSecond,
  RATE_COLUMNS,
  SAMPLES,
  STREAM_IN,
  STREAM_MS,
  STREAM_OUT,
  WALL_IN,
  WALL_MS,
  WALL_OUT,
} from "./rate-columns.ts";
import { TtftRing } from "./ttft-ring.ts";

/** Speeds need no exact window: 5 h in five-minute buckets. */
const SPEED_BUCKETS = 60;

const row = new Float64Array(RATE_COLUMNS);

/** How fast one model answers, over all lanes that served it. Memory is fixed. */
export class SpeedBook {
  readonly rolling: SlidingRing;
  readonly session: Float64Array = new Float64Array(RATE_COLUMNS);
  readonly hours: HourBook = new HourBook();
  readonly ttft: TtftRing = new TtftRing();
  readonly #weeklyMs: number;

  constructor(rollingMs: number, weeklyMs: number) {
    this.rolling = new SlidingRing(rollingMs, SPEED_BUCKETS, RATE_COLUMNS);
    this.#weeklyMs = weeklyMs;
  }

  /**
   * Adds one answer. Estimated ones must be left out: their tokens were not seen.
   *
   * @param counts What it took, as a row of a counting window.
   * @param atMs Logical; not after the time last given to `rolling.advance`.
   * @param inSession Whether it belongs to this run of the gateway.
   */
  add(record: UsageRecord, counts: Float64Array, atMs: number, inSession: boolean): void {
    const input = inputOf(counts);
    const output = counts[OUTPUT] ?? 0;
    const streamMs = usableMs(record.streamMs);
    const wallMs = usableMs(record.wallMs);
    row[SAMPLES] = 1;
    row[STREAM_IN] = streamMs > 0 ? input : 0;
    row[STREAM_OUT] = streamMs > 0 ? output : 0;
    row[STREAM_MS] = streamMs;
    row[WALL_IN] = wallMs > 0 ? input : 0;
    row[WALL_OUT] = wallMs > 0 ? output : 0;
    row[WALL_MS] = wallMs;
    this.rolling.add(atMs, row);
    if (inSession) addRow(this.session, row);
    this.hours.add(record.localHour, atMs, row);
    if (record.ttftMs !== null && record.ttftMs >= 0) this.ttft.add(atMs, usableMs(record.ttftMs));
  }

  view(nowMs: number): Speeds {
    this.rolling.advance(nowMs);
    const hourly = this.hours.view(nowMs);
    return {
      rolling: ratesOf(this.rolling.sums),
      session: ratesOf(this.session),
      ttft_ms: this.ttft.view(nowMs - this.#weeklyMs),
      hourly,
      rolling_samples: this.rolling.sums[SAMPLES] ?? 0,
      weekly_samples: hourly.reduce((total, hour) => total + hour.samples, 0),
    };
  }
}

function ratesOf(sums: Float64Array): Speeds["rolling"] {
  const of = (column: number): number => sums[column] ?? 0;
  const [streamMs, wallMs] = [of(STREAM_MS), of(WALL_MS)];
  return {
    out_elr_tps: perSecond(of(STREAM_OUT), streamMs),
    out_dirty_tps: perSecond(of(WALL_OUT), wallMs),
    in_elr_tps: perSecond(of(STREAM_IN), streamMs),
    in_dirty_tps: perSecond(of(WALL_IN), wallMs),
    total_elr_tps: perSecond(of(STREAM_IN) + of(STREAM_OUT), streamMs),
    total_dirty_tps: perSecond(of(WALL_IN) + of(WALL_OUT), wallMs),
  };
}
