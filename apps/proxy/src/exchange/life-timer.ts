/** A timer that is later than this tells that the whole process stood still: a laptop that slept, a stopped process. */
const STOOD_STILL_MS = 1_000;
/** What had been on its way meanwhile gets this long to arrive. */
const AFTER_STANDSTILL_MS = 5_000;

/**
 * Rings after a time without a sign of life. Time on hold does not count, and what has already arrived is read before
 * anything is said to be silent: after a standstill the timer and the bytes are due at the same moment.
 */
export class LifeTimer {
  readonly #limitMs: number;
  readonly #ring: () => void;
  #lifeAtMs: number;
  #heldSinceMs: number | null = null;
  #dueAtMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #check: NodeJS.Immediate | undefined;

  constructor(limitMs: number, ring: () => void) {
    this.#limitMs = limitMs;
    this.#ring = ring;
    this.#lifeAtMs = performance.now();
    this.#arm(limitMs);
  }

  life(): void {
    this.#lifeAtMs = performance.now();
  }

  /** Silence from now on is not the other side's. */
  hold(): void {
    this.#heldSinceMs ??= performance.now();
  }

  release(): void {
    if (this.#heldSinceMs === null) return;
    this.#lifeAtMs += performance.now() - this.#heldSinceMs;
    this.#heldSinceMs = null;
  }

  stop(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#check);
    this.#timer = undefined;
    this.#check = undefined;
  }

  #arm(waitMs: number): void {
    this.#dueAtMs = performance.now() + waitMs;
    this.#timer = setTimeout(() => this.#due(), waitMs);
  }

  #due(): void {
    const leftMs = this.#leftMs();
    if (leftMs > 0) this.#arm(leftMs);
    else if (performance.now() - this.#dueAtMs > STOOD_STILL_MS)
      this.#arm(Math.min(this.#limitMs, AFTER_STANDSTILL_MS));
    else this.#check = setImmediate(() => this.#judge());
  }

  #judge(): void {
    const leftMs = this.#leftMs();
    if (leftMs > 0) this.#arm(leftMs);
    else this.#ring();
  }

  #leftMs(): number {
    if (this.#heldSinceMs !== null) return this.#limitMs;
    return this.#limitMs - (performance.now() - this.#lifeAtMs);
  }
}
