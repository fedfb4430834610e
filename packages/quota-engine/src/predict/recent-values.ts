import { percentile } from "../calibration/percentile.ts";

/**
 * The last so many values, kept in ascending order beside their own: a percentile is asked for with every request, and
 * sorting them anew cost more than the rest of a decision.
 */
export class RecentValues {
  readonly #size: number;
  /** As they came; full, the oldest stands at {@link #next}. */
  #values: number[] = [];
  #next = 0;
  readonly #ascending: number[] = [];

  /** @throws {RangeError} For no room at all. */
  constructor(size: number) {
    if (!(size >= 1)) throw new RangeError(`expected room for 1 value or more, got ${size}`);
    this.#size = size;
  }

  /** @param value Finite. */
  add(value: number): void {
    const ascending = this.#ascending;
    // The place that is free: the end of the list, or where the oldest value stood.
    let at = ascending.length;
    if (at === this.#size) at = lowerBound(ascending, this.#values[this.#next] ?? 0);
    for (; at > 0 && (ascending[at - 1] ?? 0) > value; at -= 1) ascending[at] = ascending[at - 1] ?? 0;
    for (; at + 1 < ascending.length && (ascending[at + 1] ?? 0) < value; at += 1) {
      ascending[at] = ascending[at + 1] ?? 0;
    }
    ascending[at] = value;
    this.#values[this.#next] = value;
    this.#next = this.#next + 1 === this.#size ? 0 : this.#next + 1;
  }

  /** @returns `null` while there is no value. */
  percentile(share: number): number | null {
    return percentile(this.#ascending, share);
  }

  /** Oldest first. */
  toJSON(): number[] {
    return [...this.#values.slice(this.#next), ...this.#values.slice(0, this.#next)];
  }

  /** Takes the newest of these, oldest first, in place of what it has. */
  restore(values: readonly number[]): void {
    this.#values = [];
    this.#next = 0;
    this.#ascending.length = 0;
    for (const value of values.slice(-this.#size)) this.add(value);
  }
}

/** First place of a value that is in the list. */
function lowerBound(ascending: readonly number[], value: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
