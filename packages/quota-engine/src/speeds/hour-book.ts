import type { Speeds } from "@ccp/usage-contract";

const HOURS = 24;
const DAYS = 7;
const DAY_MS = 86_400_000;
const COLUMNS = 5;
/** Fewer answers than this give no rate: one long answer would name the best hour. */
const MIN_SAMPLES = 10;

/** Rates per hour of the day, over the last seven days. */
export class HourBook {
  /** One cell per hour and day: samples, streamed tokens, streaming ms, tokens, wall ms. */
  readonly #cells: Float32Array = new Float32Array(HOURS * DAYS * COLUMNS);
  readonly #day: Int32Array = new Int32Array(HOURS * DAYS).fill(-1);

  add(
    hour: number,
    atMs: number,
    streamOut: number,
    streamMs: number,
    wallOut: number,
    wallMs: number,
  ): void {
    if (!(hour >= 0 && hour < HOURS)) return;
    const day = Math.floor(atMs / DAY_MS);
    const cell = Math.floor(hour) * DAYS + (((day % DAYS) + DAYS) % DAYS);
    const stored = this.#day[cell] ?? -1;
    if (day < stored) return;
    if (day > stored) {
      this.#day[cell] = day;
      this.#cells.fill(0, cell * COLUMNS, (cell + 1) * COLUMNS);
    }
    const row = [1, streamOut, streamMs, wallOut, wallMs];
    row.forEach((value, column) => {
      this.#cells[cell * COLUMNS + column] = (this.#cells[cell * COLUMNS + column] ?? 0) + value;
    });
  }

  view(nowMs: number): Speeds["hourly"] {
    const today = Math.floor(nowMs / DAY_MS);
    return Array.from({ length: HOURS }, (_, hour) => {
      const sums = new Float64Array(COLUMNS);
      for (let cell = hour * DAYS; cell < (hour + 1) * DAYS; cell += 1) {
        const day = this.#day[cell] ?? -1;
        if (day <= today - DAYS || day > today) continue;
        for (let column = 0; column < COLUMNS; column += 1) {
          sums[column] = (sums[column] ?? 0) + (this.#cells[cell * COLUMNS + column] ?? 0);
        }
      }
      const [samples = 0, streamOut = 0, streamMs = 0, wallOut = 0, wallMs = 0] = sums;
      const rate = (tokens: number, ms: number): number | null =>
        samples >= MIN_SAMPLES && ms > 0 ? tokens / (ms / 1000) : null;
      return { hour, samples, out_elr_tps: rate(streamOut, streamMs), out_dirty_tps: rate(wallOut, wallMs) };
    });
  }

  /** Flat rows `[cell, day, five sums]` of the cells in use. */
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
}
