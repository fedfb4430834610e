import { rawInput, type Speeds, type TokenCounts } from "@ccp/usage-contract";
import { ascending, percentile } from "../calibration/percentile.ts";
import type { UsageRecord } from "../types.ts";
import { SlidingRing } from "../window/sliding-ring.ts";
import { HourBook } from "./hour-book.ts";

const SPEED_BUCKETS = 60;
const MAX_TTFT = 128;
const RATE_COLUMNS = 7;
/** Columns: what streamed, then what took wall time. They differ: an answer in one piece has no streaming time. */
const SAMPLES = 0;
const STREAM_IN = 1;
const STREAM_OUT = 2;
const STREAM_MS = 3;
const WALL_IN = 4;
const WALL_OUT = 5;
const WALL_MS = 6;

type Rates = Speeds["rolling"];

/** How fast one model answers, over all lanes that served it. Memory is fixed. */
export class SpeedBook {
  readonly rolling: SlidingRing;
  readonly session: Float64Array = new Float64Array(RATE_COLUMNS);
  readonly hours: HourBook = new HourBook();
  #ttft: TtftSample[] = [];
  readonly #row: Float64Array = new Float64Array(RATE_COLUMNS);
  readonly #weeklyMs: number;

  constructor(rollingMs: number, weeklyMs: number) {
    this.rolling = new SlidingRing(rollingMs, SPEED_BUCKETS, RATE_COLUMNS);
    this.#weeklyMs = weeklyMs;
  }

  /**
   * Adds one answer. An estimated one is left out: its token counts were not seen.
   *
   * @param counts Its checked counts.
   * @param atMs Logical.
   * @param inSession Whether it belongs to this run of the gateway.
   */
  add(record: UsageRecord, counts: TokenCounts, atMs: number, inSession: boolean): void {
    if (record.estimated) return;
    const row = this.#row;
    row.fill(0);
    row[SAMPLES] = 1;
    const input = rawInput(counts);
    if (record.streamMs > 0) {
      row[STREAM_IN] = input;
      row[STREAM_OUT] = counts.outputTokens;
      row[STREAM_MS] = Math.round(record.streamMs);
    }
    if (record.wallMs > 0) {
      row[WALL_IN] = input;
      row[WALL_OUT] = counts.outputTokens;
      row[WALL_MS] = Math.round(record.wallMs);
    }
    this.rolling.add(atMs, row);
    if (inSession) {
      for (let column = 0; column < RATE_COLUMNS; column += 1) {
        this.session[column] = (this.session[column] ?? 0) + (row[column] ?? 0);
      }
    }
    this.hours.add(
      record.localHour,
      atMs,
      row[STREAM_OUT] ?? 0,
      row[STREAM_MS] ?? 0,
      row[WALL_OUT] ?? 0,
      row[WALL_MS] ?? 0,
    );
    if (record.ttftMs !== null && record.ttftMs >= 0) this.#addTtft({ atMs, ms: record.ttftMs });
  }

  view(nowMs: number): Speeds {
    this.rolling.advance(nowMs);
    const hourly = this.hours.view(nowMs);
    return {
      rolling: ratesOf(this.rolling.sums),
      session: ratesOf(this.session),
      ttft_ms: this.#ttftView(nowMs),
      hourly,
      rolling_samples: this.rolling.sums[SAMPLES] ?? 0,
      weekly_samples: hourly.reduce((total, hour) => total + hour.samples, 0),
    };
  }

  ttft(): TtftSample[] {
    return [...this.#ttft];
  }

  restoreTtft(samples: readonly TtftSample[]): void {
    this.#ttft = samples.slice(-MAX_TTFT);
  }

  #addTtft(sample: TtftSample): void {
    this.#ttft.push(sample);
    if (this.#ttft.length > MAX_TTFT) this.#ttft.shift();
  }

  #ttftView(nowMs: number): Speeds["ttft_ms"] {
    const recent = this.#ttft.filter((sample) => sample.atMs > nowMs - this.#weeklyMs);
    const sorted = ascending(recent.map((sample) => sample.ms));
    return { p50: percentile(sorted, 0.5), p90: percentile(sorted, 0.9), p99: percentile(sorted, 0.99) };
  }
}

export interface TtftSample {
  readonly atMs: number;
  readonly ms: number;
}

function ratesOf(sums: Float64Array): Rates {
  const streamed = (tokens: number): number | null => perSecond(tokens, sums[STREAM_MS] ?? 0);
  const dirty = (tokens: number): number | null => perSecond(tokens, sums[WALL_MS] ?? 0);
  const of = (column: number): number => sums[column] ?? 0;
  return {
    out_elr_tps: streamed(of(STREAM_OUT)),
    out_dirty_tps: dirty(of(WALL_OUT)),
    in_elr_tps: streamed(of(STREAM_IN)),
    in_dirty_tps: dirty(of(WALL_IN)),
    total_elr_tps: streamed(of(STREAM_IN) + of(STREAM_OUT)),
    total_dirty_tps: dirty(of(WALL_IN) + of(WALL_OUT)),
  };
}

export function perSecond(tokens: number, ms: number): number | null {
  return ms > 0 ? tokens / (ms / 1000) : null;
}
