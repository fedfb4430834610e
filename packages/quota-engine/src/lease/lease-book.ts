/** What a lease holds tokens of: a model on its lane, that lane, and pools. */
export interface Holder {
  reserved: number;
}

export interface Lease {
  readonly lane: string;
  readonly model: string;
  /** Whole counted tokens. */
  readonly tokens: number;
  /** Logical ms. */
  readonly deadlineMs: number;
  holders: readonly Holder[];
}

/** Past-deadline leases remembered for their late settle. */
const MAX_EXPIRED = 1000;

/** Reservations: taken once, ended once. */
export class LeaseBook {
  readonly #open: Map<string, Lease> = new Map();
  /** Ended by their deadline, not settled yet: the answer may still come, and its tokens were spent. */
  readonly #expired: Set<string> = new Set();
  #nextDeadlineMs: number = Number.POSITIVE_INFINITY;

  get size(): number {
    return this.#open.size;
  }

  open(id: string, lease: Lease): void {
    this.#release(id);
    this.#expired.delete(id);
    this.#open.set(id, lease);
    for (const holder of lease.holders) holder.reserved += lease.tokens;
    if (lease.deadlineMs < this.#nextDeadlineMs) this.#nextDeadlineMs = lease.deadlineMs;
  }

  /** @returns Whether the lease was still to be settled. */
  settle(id: string): boolean {
    return this.#release(id) || this.#expired.delete(id);
  }

  /** Ends the leases whose deadline has come. Costs nothing while none has. */
  expire(nowMs: number): void {
    if (nowMs < this.#nextDeadlineMs) return;
    this.#nextDeadlineMs = Number.POSITIVE_INFINITY;
    for (const [id, lease] of this.#open) {
      if (lease.deadlineMs > nowMs) {
        if (lease.deadlineMs < this.#nextDeadlineMs) this.#nextDeadlineMs = lease.deadlineMs;
        continue;
      }
      this.#release(id);
      this.#remember(id);
    }
  }

  /** Moves every lease to the holders it has now, after quotas changed. */
  rehold(holdersOf: (lease: Lease) => readonly Holder[]): void {
    for (const lease of this.#open.values()) {
      for (const holder of lease.holders) holder.reserved -= lease.tokens;
      lease.holders = holdersOf(lease);
      for (const holder of lease.holders) holder.reserved += lease.tokens;
    }
  }

  /** Forgets every lease without touching what they hold. */
  clear(): void {
    this.#open.clear();
    this.#expired.clear();
    this.#nextDeadlineMs = Number.POSITIVE_INFINITY;
  }

  #release(id: string): boolean {
    const lease = this.#open.get(id);
    if (lease === undefined) return false;
    this.#open.delete(id);
    for (const holder of lease.holders) holder.reserved -= lease.tokens;
    return true;
  }

  #remember(id: string): void {
    this.#expired.add(id);
    if (this.#expired.size <= MAX_EXPIRED) return;
    for (const oldest of this.#expired) {
      this.#expired.delete(oldest);
      return;
    }
  }
}
