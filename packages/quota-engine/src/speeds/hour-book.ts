import type { Speeds } from "@ccp/usage-contract";
import { perSecond, SAMPLES, STREAM_MS, STREAM_OUT, WALL_MS, WALL_OUT } from "./rate-columns.ts";

const HOURS = 24;
const DAYS = 7;
const DAY_MS = 86_400_000;
/** The columns of a rate row that are kept per hour. */
const KEPT = [SAMPLES, STREAM_OUT, STREAM_MS, WALL_OUT, WALL_MS] as const;
const COLUMNS = KEPT.length;
/** Fewer answers than this give no rate: one long answer would name the best hour. */
const MIN_SAMPLES = 10;

/** Rates per hour of the day, over the last seven days. */
export class HourBook {
  /** One cell per hour and day. */
  readonly #cells: Float32Array = new Float32Array(HOURS * DAYS * COLUMNS);
  readonly #day: Int32Array = new Int32Array(HOURS * DAYS).fill(-1);

  /** @param hour 0..23 local; anything else is left out. @param row One row of rate columns. */
  add(hour: number, atMs: number, row: Float64Array): void {
    if (!(hour >= 0 && hour < HOURS && atMs >= 0)) return;
    const day = Math.floor(atMs / DAY_MS);
    const cell = Math.floor(hour) * DAYS + (day % DAYS);
    const stored = this.#day[cell] ?? -1;
    if (day < stored) return;
    const base = cell * COLUMNS;
    if (day > stored) {
      this.#day[cell] = day;
      this.#cells.fill(0, base, base + COLUMNS);
    }
    for (let kept = 0; kept < COLUMNS; kept += 1) {
      this.#cells[base + kept] = (this.#cells[base + kept] ?? 0) + (row[KEPT[kept] ?? 0] ?? 0);
    }
  }

  view(nowMs: number): Speeds["hourly"] {
    const today = Math.floor(nowMs / DAY_MS);
    return Array.from({ length: HOURS }, (_, hour) => {
      const [samples = 0, streamOut = 0, streamMs = 0, wallOut = 0, wallMs = 0] = this.#sums(hour, today);
      const known = samples >= MIN_SAMPLES;
      return {
        hour,
        samples,
        out_elr_tps: known ? perSecond(streamOut, streamMs) : null,
        out_dirty_tps: known ? perSecond(wallOut, wallMs) : null,
      };
    });
  }

  /** Rows `[cell, day, …columns]` of the cells in use. */
  toJSON(): number[][] {
    const rows: number[][] = [];
    this.#day.forEach((day, cell) => {
      if (day >= 0) rows.push([cell, day, ...this.#cells.subarray(cell * COLUMNS, (cell + 1) * COLUMNS)]);
    });
    return rows;
  }

  restore(rows: readonly (readonly number[])[]): void {
    this.#day.fill(-1);
    this.#cells.fill(0);
    for (const [cell = -1, day = -1, ...sums] of rows) {
      if (!(Number.isInteger(cell) && cell >= 0 && cell < HOURS * DAYS)) continue;
      this.#day[cell] = day;
      this.#cells.set(sums.slice(0, COLUMNS), cell * COLUMNS);
    }
  }

  #sums(hour: number, today: number): Float64Array {
    const sums = new Float64Array(COLUMNS);
    for (let cell = hour * DAYS; cell < (hour + 1) * DAYS; cell += 1) {
      const day = this.#day[cell] ?? -1;
      if (day <= today - DAYS || day > today) continue;
      for (let kept = 0; kept < COLUMNS; kept += 1) {
        sums[kept] = (sums[kept] ?? 0) + (this.#cells[cell * COLUMNS + kept] ?? 0);
      }
    }
    return sums;
  }
}
