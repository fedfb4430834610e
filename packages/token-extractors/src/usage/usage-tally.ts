import { NO_USAGE, rawInput, type TokenUsage, toCounts } from "@ccp/usage-contract/core";
import { addUsage, combineUsage, hasCount, largerUsage, type UsageReading } from "./usage-reading.ts";

/**
 * Folds the usage objects of one stream. All of them are running totals, so none is added to another:
 * - a later total replaces the one that opened the stream, which may be an estimate or a row of zeros;
 * - among later totals the largest counts, per class: a total cannot shrink;
 * - `null` and, over a positive number, 0 replace nothing;
 * - what was spent beside the totals is a running total of its own, and is added at the end.
 */
export class UsageTally {
  #opening: TokenUsage = NO_USAGE;
  #later: TokenUsage = NO_USAGE;
  #beside: TokenUsage = NO_USAGE;
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
    if (reading.beside !== undefined) this.#beside = largerUsage(this.#beside, reading.beside);
    if (!opening) this.#later = largerUsage(this.#later, reading.usage);
    else if (!isPlaceholder(reading.usage)) this.#opening = largerUsage(this.#opening, reading.usage);
    const usage = addUsage(combineUsage(this.#opening, this.#later, replaced), this.#beside);
    this.#usage = hasCount(usage) ? usage : null;
  }
}

/** No request has an input of 0 tokens: an opening total that says so means "not known yet". */
function isPlaceholder(usage: TokenUsage): boolean {
  return rawInput(toCounts(usage)) === 0;
}

function replaced(before: number, after: number): number {
  return after > 0 ? after : before;
}
