import type { SettleRequest } from "@ccp/shared-quota";

type Draft = { -readonly [Key in keyof SettleRequest]: SettleRequest[Key][number][] };

/** What waits to be told: all of one turn goes in one call. */
export class Outbox {
  #draft: Draft = empty();

  add(request: Partial<SettleRequest>): void {
    this.#draft.counts.push(...(request.counts ?? []));
    this.#draft.held.push(...(request.held ?? []));
    this.#draft.tells.push(...(request.tells ?? []));
  }

  /** @returns `null` when nothing waits. */
  take(): SettleRequest | null {
    const { counts, held, tells } = this.#draft;
    if (counts.length + held.length + tells.length === 0) return null;
    this.#draft = empty();
    return { counts, held, tells };
  }

  clear(): void {
    this.#draft = empty();
  }
}

function empty(): Draft {
  return { counts: [], held: [], tells: [] };
}
