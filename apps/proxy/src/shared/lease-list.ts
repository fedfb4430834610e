interface Lease {
  readonly scopes: readonly string[];
  /** Whole tokens. */
  readonly tokens: number;
  /** The store holds it. */
  told: boolean;
}

export interface HeldChange {
  readonly scope: string;
  readonly tokens: number;
}

/** What this gateway holds, and what of it the store was told. */
export class LeaseList {
  readonly #leases = new Map<string, Lease>();

  open(id: string, scopes: readonly string[], tokens: number): void {
    this.#leases.set(id, { scopes, tokens, told: false });
  }

  /** @returns What the store has to add: `null` for a lease that ended meanwhile. */
  tell(id: string): HeldChange[] | null {
    const lease = this.#leases.get(id);
    if (lease === undefined) return null;
    lease.told = true;
    return changes(lease, 1);
  }

  /** @returns What the store has to take back. */
  end(id: string): HeldChange[] {
    const lease = this.#leases.get(id);
    this.#leases.delete(id);
    return lease?.told === true ? changes(lease, -1) : [];
  }

  /** Everything held, as it is told anew. */
  tellAll(): HeldChange[] {
    const held = new Map<string, number>();
    for (const lease of this.#leases.values()) {
      lease.told = true;
      for (const scope of lease.scopes) held.set(scope, (held.get(scope) ?? 0) + lease.tokens);
    }
    return [...held].map(([scope, tokens]) => ({ scope, tokens }));
  }
}

function changes({ scopes, tokens }: Lease, sign: 1 | -1): HeldChange[] {
  return scopes.map((scope) => ({ scope, tokens: sign * tokens }));
}
