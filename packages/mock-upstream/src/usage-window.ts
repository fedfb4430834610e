/** One cap of a plan. */
export interface PlanWindow {
  readonly capTokens: number;
  readonly windowMs: number;
  /** `sliding`: tokens leave one by one. `anchored`: opens at first use, then starts anew as a whole. */
  readonly kind: "sliding" | "anchored";
}

export interface WindowView {
  readonly usedTokens: number;
  readonly capTokens: number;
  /** Nothing more is served. */
  readonly spent: boolean;
  /** When a spent window serves again; else when the first tokens leave it. An idle window: one length from now. */
  readonly resetAtMs: number;
}

/** Counts what a plan has served in one window. Time only moves by the `nowMs` of each call. */
export class UsageWindow {
  readonly #rule: PlanWindow;
  #entries: { atMs: number; tokens: number }[] = [];

  constructor(rule: PlanWindow) {
    if (!(rule.capTokens > 0) || !(rule.windowMs > 0)) {
      throw new RangeError(`plan window: expected a cap and a length above 0, got ${JSON.stringify(rule)}`);
    }
    this.#rule = rule;
  }

  /** Counts tokens; the function returned gives some of them back. */
  add(tokens: number, nowMs: number): (tokens: number) => void {
    this.#expire(nowMs);
    const entry = { atMs: nowMs, tokens };
    this.#entries.push(entry);
    return (back) => {
      entry.tokens -= back;
    };
  }

  view(nowMs: number): WindowView {
    this.#expire(nowMs);
    const { capTokens, windowMs } = this.#rule;
    const usedTokens = this.#entries.reduce((sum, entry) => sum + entry.tokens, 0);
    const spent = usedTokens >= capTokens;
    const resetAtMs = (spent ? this.#freeAt(usedTokens) : this.#leavesAt(0)) ?? nowMs + windowMs;
    return { usedTokens, capTokens, spent, resetAtMs };
  }

  #leavesAt(index: number): number | null {
    const from = this.#entries[this.#rule.kind === "anchored" ? 0 : index];
    return from === undefined ? null : from.atMs + this.#rule.windowMs;
  }

  /** First moment at which enough has left to be below the cap. */
  #freeAt(usedTokens: number): number | null {
    let left = usedTokens;
    for (const [index, entry] of this.#entries.entries()) {
      left -= entry.tokens;
      if (left < this.#rule.capTokens) return this.#leavesAt(index);
    }
    return null;
  }

  #expire(nowMs: number): void {
    const { kind, windowMs } = this.#rule;
    const first = this.#entries[0];
    if (first === undefined || first.atMs + windowMs > nowMs) return;
    this.#entries = kind === "anchored" ? [] : this.#entries.filter((entry) => entry.atMs + windowMs > nowMs);
  }
}
