const UINT32_MAX = 0xffff_ffff;

/**
 * Sums what happened in the last `windowMs`, in `buckets + 1` buckets of `windowMs / buckets`.
 *
 * The partly expired bucket still counts whole, so the sum never falls below the exact one:
 * `exact(window) ≤ sum ≤ exact(window + bucket)`. Adding and reading cost the same however much was added, and
 * memory is fixed at creation. Values are whole numbers; times are logical ms.
 *
 * @example
 * const ring = new SlidingRing(18_000_000, 300, 1); // 5 h in minutes
 * ring.advance(nowMs);
 * ring.add(nowMs, [1200]);
 * ring.sums[0]; // => 1200
 */
export class SlidingRing {
  readonly windowMs: number;
  readonly bucketMs: number;
  readonly size: number;
  readonly columns: number;
  /** Running sums per column. Valid for the last time given to {@link advance}. */
  readonly sums: Float64Array;
  #cells: Uint32Array | Float64Array;
  /** First time in each bucket, ms after the bucket's start, plus 1; 0 marks an empty bucket. */
  readonly #first: Uint32Array;
  #head: number = Number.NEGATIVE_INFINITY;
  #headSlot = 0;
  /** Where the newest bucket begins and ends: most calls fall into it and need no division. */
  #headStartMs: number = Number.POSITIVE_INFINITY;
  #headEndMs: number = Number.NEGATIVE_INFINITY;
  /** No bucket before this one holds anything; infinite when the ring is empty. */
  #tail: number = Number.POSITIVE_INFINITY;

  /** @throws {RangeError} When a length or count is not above 0. */
  constructor(windowMs: number, buckets: number, columns: number) {
    if (!(windowMs > 0 && buckets > 0 && columns > 0)) {
      throw new RangeError(
        `a ring needs a length, buckets and columns, got ${windowMs}, ${buckets}, ${columns}`,
      );
    }
    this.windowMs = windowMs;
    this.bucketMs = windowMs / buckets;
    this.size = buckets + 1;
    this.columns = columns;
    this.sums = new Float64Array(columns);
    this.#cells = new Uint32Array(this.size * columns);
    this.#first = new Uint32Array(this.size);
  }

  /** Drops what has left the window by `nowMs`. A time before the last one changes nothing. */
  advance(nowMs: number): void {
    if (nowMs < this.#headEndMs) return;
    const index = Math.floor(nowMs / this.bucketMs);
    if (index <= this.#head) return;
    if (this.#tail !== Number.POSITIVE_INFINITY) this.#expire(index);
    this.#head = index;
    this.#headStartMs = index * this.bucketMs;
    this.#headEndMs = (index + 1) * this.bucketMs;
  }

  /** Adds one row at `atMs`. What lies before the window is dropped, what lies ahead counts as now. */
  add(atMs: number, row: ArrayLike<number>): void {
    const newest = atMs >= this.#headStartMs;
    const index = newest ? this.#head : Math.floor(atMs / this.bucketMs);
    const back = this.#head - index;
    if (!(back >= 0 && back < this.size)) return;
    const slot = this.#slot(back);
    const base = slot * this.columns;
    for (let column = 0; column < this.columns; column += 1) {
      const value = row[column] ?? 0;
      const cell = (this.#cells[base + column] ?? 0) + value;
      if (cell > UINT32_MAX && this.#cells instanceof Uint32Array)
        this.#cells = Float64Array.from(this.#cells);
      this.#cells[base + column] = cell;
      this.sums[column] = (this.sums[column] ?? 0) + value;
    }
    const offset = Math.max(0, Math.floor(atMs - index * this.bucketMs)) + 1;
    const first = this.#first[slot] ?? 0;
    if (first === 0 || offset < first) this.#first[slot] = offset;
    if (index < this.#tail) this.#tail = index;
  }

  /** Time of the oldest row still counted; `null` when the ring is empty. */
  oldestMs(): number | null {
    const tail = this.#seekTail();
    if (tail === null) return null;
    return tail * this.bucketMs + (this.#first[this.#slot(this.#head - tail)] ?? 1) - 1;
  }

  /**
   * When the oldest row leaves: exactly one window after it, or, once that has passed, when its bucket does.
   * `null` when the ring is empty.
   */
  nextExitMs(nowMs: number): number | null {
    const oldest = this.oldestMs();
    if (oldest === null) return null;
    const exact = oldest + this.windowMs;
    return exact > nowMs ? exact : (this.#tail + 1) * this.bucketMs + this.windowMs;
  }

  /** Empties every bucket that ended before `ms`; the bucket that holds `ms` stays whole. */
  dropBefore(ms: number): void {
    const until = Math.min(Math.floor(ms / this.bucketMs) - 1, this.#head);
    for (let index = this.#tail; index <= until; index += 1) this.#clear(this.#slot(this.#head - index));
    if (this.#tail <= until) this.#tail = until + 1;
    this.#seekTail();
  }

  /** Writes the sums since `ms` into `into`; the bucket that holds `ms` counts whole. */
  sumSince(ms: number, into: Float64Array): void {
    into.fill(0);
    this.forEachRow((index, _first, row) => {
      if (index < Math.floor(ms / this.bucketMs)) return;
      for (let column = 0; column < this.columns; column += 1) {
        into[column] = (into[column] ?? 0) + (row[column] ?? 0);
      }
    });
  }

  /** Visits the non-empty buckets, oldest first. `firstMs` is the first time in it; `row` is reused. */
  forEachRow(visit: (index: number, firstMs: number, row: Float64Array) => void): void {
    const tail = this.#seekTail();
    if (tail === null) return;
    const row = new Float64Array(this.columns);
    for (let index = tail; index <= this.#head; index += 1) {
      const slot = this.#slot(this.#head - index);
      const first = this.#first[slot] ?? 0;
      if (first === 0) continue;
      for (let column = 0; column < this.columns; column += 1) {
        row[column] = this.#cells[slot * this.columns + column] ?? 0;
      }
      visit(index, index * this.bucketMs + first - 1, row);
    }
  }

  /** The slot `back` buckets before the head. */
  #slot(back: number): number {
    const slot = this.#headSlot - back;
    return slot < 0 ? slot + this.size : slot;
  }

  #expire(index: number): void {
    const steps = Math.min(index - this.#head, this.size);
    for (let step = 0; step < steps; step += 1) {
      this.#headSlot = this.#headSlot + 1 === this.size ? 0 : this.#headSlot + 1;
      this.#clear(this.#headSlot);
    }
    const oldestKept = index - this.size + 1;
    if (this.#tail < oldestKept) this.#tail = oldestKept;
    // A tail past the head would be walked back to for ever; an empty ring needs no walking at all.
    if (steps === this.size) this.#tail = Number.POSITIVE_INFINITY;
  }

  #clear(slot: number): void {
    if (this.#first[slot] === 0) return;
    this.#first[slot] = 0;
    const base = slot * this.columns;
    for (let column = 0; column < this.columns; column += 1) {
      this.sums[column] = (this.sums[column] ?? 0) - (this.#cells[base + column] ?? 0);
      this.#cells[base + column] = 0;
    }
  }

  #seekTail(): number | null {
    if (this.#tail === Number.POSITIVE_INFINITY) return null;
    while (this.#tail <= this.#head) {
      if (this.#first[this.#slot(this.#head - this.#tail)] !== 0) return this.#tail;
      this.#tail += 1;
    }
    this.#tail = Number.POSITIVE_INFINITY;
    return null;
  }
}
