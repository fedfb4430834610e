/** A reply that took longer tells little about the store's clock. */
const GOOD_ROUND_TRIP_MS = 20;

/** Turns this gateway's wall time into the store's, and back. */
export class StoreTime {
  #offsetMs = 0;
  #known = false;

  /** Learns from one reply: what the store's clock said, and when it was asked and heard here. */
  learn(storeMs: number, askedMs: number, heardMs: number): void {
    const roundTripMs = heardMs - askedMs;
    if (this.#known && (roundTripMs > GOOD_ROUND_TRIP_MS || roundTripMs < 0)) return;
    this.#known = true;
    this.#offsetMs = storeMs - (askedMs + roundTripMs / 2);
  }

  /** Whole ms. */
  toStore(wallMs: number): number {
    return Math.round(wallMs + this.#offsetMs);
  }

  toWall(storeMs: number): number {
    return Math.round(storeMs - this.#offsetMs);
  }
}
