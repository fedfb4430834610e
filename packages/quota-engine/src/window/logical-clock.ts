/** A step back of at most this much is callers reading the clock out of order: time stands still for it. */
export const BACK_STEP_CLAMP_MS = 60_000;

/** One instant: the caller's wall clock and the engine's own time, epoch ms. */
export interface Instant {
  readonly wallMs: number;
  readonly logicalMs: number;
  /** Logical minus wall time, apart from clamped jitter. */
  readonly offsetMs: number;
  /** Logical time at which the wall clock was last set back. */
  readonly steppedMs: number;
}

/**
 * Turns wall time into a time that never runs backwards, so that no window can go negative or freeze.
 *
 * A small step back is clamped. A larger one is a clock that was set: everything held keeps its age, and time goes
 * on from there (`logical = wall + offset`). A step forward cannot be told from a laptop that slept: it expires
 * windows as time does.
 */
export class LogicalClock {
  /** Logical minus wall time, ms. */
  offsetMs = 0;
  highWaterMs: number = Number.NEGATIVE_INFINITY;
  /** Logical time of the last step back that was more than jitter. */
  steppedMs: number = Number.NEGATIVE_INFINITY;

  /**
   * @returns Logical now.
   * @throws {RangeError} When `nowMs` is not a finite number: a NaN would switch every limit off.
   */
  read(nowMs: number): number {
    const logical = nowMs + this.offsetMs;
    if (logical >= this.highWaterMs && Math.abs(logical) < Number.POSITIVE_INFINITY) {
      this.highWaterMs = logical;
      return logical;
    }
    return this.#readBehind(nowMs, logical);
  }

  #readBehind(nowMs: number, logical: number): number {
    if (!Number.isFinite(nowMs)) throw new RangeError(`nowMs must be epoch milliseconds, got ${nowMs}`);
    const behind = this.highWaterMs - logical;
    if (behind > BACK_STEP_CLAMP_MS) {
      this.offsetMs += behind;
      this.steppedMs = this.highWaterMs;
    }
    return this.highWaterMs;
  }
}
