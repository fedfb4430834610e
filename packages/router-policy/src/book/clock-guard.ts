/** A step back up to this size is jitter; a larger one means that the wall clock was set. */
const JITTER_MS = 60_000;

/**
 * Keeps time from running backwards. Times kept from before a large step back would lie far ahead of the new clock,
 * and what waits for them would wait for that long; so the caller shifts them by the step.
 */
export class ClockGuard {
  #latestMs = Number.NEGATIVE_INFINITY;

  /** @returns The instant to go by, and by how much all kept times must move first (0, or negative). */
  read(nowMs: number): { readonly nowMs: number; readonly shiftMs: number } {
    const behindMs = this.#latestMs - nowMs;
    if (behindMs > 0 && behindMs <= JITTER_MS) return { nowMs: this.#latestMs, shiftMs: 0 };
    this.#latestMs = nowMs;
    return { nowMs, shiftMs: behindMs > JITTER_MS ? -behindMs : 0 };
  }
}
