/** Length of the finest step that is kept, seconds. */
export const CELL_SEC = 300;
/** Seven days, and a step that has begun. */
const KEPT_CELLS = (7 * 24 * 3600) / CELL_SEC + 12;

/** The cell that an instant belongs to. */
export function cellOf(ts: number): number {
  return Math.floor(ts / CELL_SEC);
}

/** Values by five-minute cell; cells older than seven days are forgotten. */
export class CellRing<T> {
  readonly #cells = new Map<number, T>();
  #newest = Number.NEGATIVE_INFINITY;

  get(cell: number): T | undefined {
    return cell <= this.#newest - KEPT_CELLS ? undefined : this.#cells.get(cell);
  }

  /** Sets a value; one that is already too old is dropped. */
  set(cell: number, value: T): void {
    if (cell <= this.#newest - KEPT_CELLS) return;
    this.#cells.set(cell, value);
    if (cell <= this.#newest) return;
    this.#newest = cell;
    if (this.#cells.size <= KEPT_CELLS) return;
    for (const old of this.#cells.keys()) if (old <= cell - KEPT_CELLS) this.#cells.delete(old);
  }

  entries(): IterableIterator<[number, T]> {
    return this.#cells.entries();
  }
}
