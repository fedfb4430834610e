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
  /** The longest that {@link ping} puts off the ringing after a sign of life. */
  readonly #moreMs: number;
  /** The last sign of life, and up to where pings have moved it. */
  #realAtMs: number;
  #lifeAtMs: number;
  #heldSinceMs: number | null = null;
  #dueAtMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #check: NodeJS.Immediate | undefined;

  /** @param mostMs Rings after this long without a sign of life, however many pings there were. */
  constructor(limitMs: number, ring: () => void, mostMs: number = limitMs) {
    this.#limitMs = limitMs;
    this.#ring = ring;
    this.#moreMs = Math.max(0, mostMs - limitMs);
    this.#realAtMs = performance.now();
    this.#lifeAtMs = this.#realAtMs;
    this.#arm(limitMs);
  }

  life(): void {
    this.#realAtMs = performance.now();
    this.#lifeAtMs = this.#realAtMs;
  }

  /** The other side is there, but shows nothing: it may go on for a while, not for good. */
  ping(): void {
    this.#lifeAtMs = Math.min(performance.now(), this.#realAtMs + this.#moreMs);
  }

  /** Silence from now on is not the other side's. */
  hold(): void {
    this.#heldSinceMs ??= performance.now();
  }

  release(): void {
    if (this.#heldSinceMs === null) return;
    const heldMs = performance.now() - this.#heldSinceMs;
    this.#realAtMs += heldMs;
    this.#lifeAtMs += heldMs;
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
