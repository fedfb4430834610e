import { isTokenCount, type TokenUsage } from "@ccp/usage-contract/core";

/** Usage as one JSON value states it, with a mark for numbers that cannot be counts. */
export interface UsageReading {
  readonly usage: TokenUsage;
  readonly invalid: boolean;
}

/** Collects counts of one usage object and remembers whether a bad one stood among them. */
export class CountReader {
  #invalid = false;

  get invalid(): boolean {
    return this.#invalid;
  }

  /** A count; `null` when absent, `null` or no integer from 0 to 10,000,000. */
  count(value: unknown): number | null {
    if (value === undefined || value === null) return null;
    if (isTokenCount(value)) return value;
    this.#invalid = true;
    return null;
  }
}

/** Whether any class is known. */
export function hasCount(usage: TokenUsage): boolean {
  return (
    usage.inputTokens !== null ||
    usage.outputTokens !== null ||
    usage.cacheCreationTokens !== null ||
    usage.cacheReadTokens !== null
  );
}
