import { NO_USAGE, rawInput, type TokenUsage, toCounts } from "@ccp/usage-contract/core";
import { hasCount, type UsageReading } from "./usage-reading.ts";

/**
 * Folds the usage objects of one stream. All of them are running totals, so nothing is ever added:
 * - a later total replaces the one that opened the stream, which may be an estimate or a row of zeros;
 * - among later totals the largest counts, per class: a total cannot shrink;
 * - `null` and, over a positive number, 0 replace nothing.
 */
export class UsageTally {
  #opening: TokenUsage = NO_USAGE;
  #later: TokenUsage = NO_USAGE;
  #usage: TokenUsage | null = null;
  #invalid = false;

  get usage(): TokenUsage | null {
    return this.#usage;
  }

  get invalid(): boolean {
    return this.#invalid;
  }

  /** @param opening From the event that starts the answer, before anything was generated. */
  add(reading: UsageReading, opening: boolean): void {
    this.#invalid ||= reading.invalid;
    if (opening && isPlaceholder(reading.usage)) return;
    if (opening) this.#opening = combine(this.#opening, reading.usage, larger);
    else this.#later = combine(this.#later, reading.usage, larger);
    const usage = combine(this.#opening, this.#later, replaced);
    this.#usage = hasCount(usage) ? usage : null;
  }
}

/** No request has an input of 0 tokens: an opening total that says so means "not known yet". */
function isPlaceholder(usage: TokenUsage): boolean {
  return rawInput(toCounts(usage)) === 0;
}

type Choose = (before: number, after: number) => number;

const larger: Choose = (before, after) => Math.max(before, after);
const replaced: Choose = (before, after) => (after > 0 ? after : before);

function combine(before: TokenUsage, after: TokenUsage, choose: Choose): TokenUsage {
  const pick = (a: number | null, b: number | null): number | null =>
    a === null || b === null ? (b ?? a) : choose(a, b);
  return {
    inputTokens: pick(before.inputTokens, after.inputTokens),
    outputTokens: pick(before.outputTokens, after.outputTokens),
    cacheCreationTokens: pick(before.cacheCreationTokens, after.cacheCreationTokens),
    cacheReadTokens: pick(before.cacheReadTokens, after.cacheReadTokens),
  };
}
