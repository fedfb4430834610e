import { isTokenCount, MAX_TOKEN_COUNT, type TokenUsage } from "@ccp/usage-contract/core";

/** Usage as one JSON value states it, with a mark for numbers that cannot be counts. */
export interface UsageReading {
  readonly usage: TokenUsage;
  /** What was spent and is not in `usage`. Kept apart where running totals are folded, for it belongs to none of them. */
  readonly beside?: TokenUsage;
  readonly invalid: boolean;
}

/** All that a reading says was spent. */
export function spentUsage({ usage, beside }: UsageReading): TokenUsage {
  return beside === undefined ? usage : addUsage(usage, beside);
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

/** The sum of each class; a sum stays a count that a window takes. */
export function addUsage(a: TokenUsage, b: TokenUsage): TokenUsage {
  return combineUsage(a, b, (before, after) => Math.min(MAX_TOKEN_COUNT, before + after));
}

/** The larger of each class. */
export function largerUsage(a: TokenUsage, b: TokenUsage): TokenUsage {
  return combineUsage(a, b, Math.max);
}

/** Class by class; where one of the two is unknown, the other stands. */
export function combineUsage(
  a: TokenUsage,
  b: TokenUsage,
  choose: (a: number, b: number) => number,
): TokenUsage {
  const pick = (first: number | null, second: number | null): number | null =>
    first === null || second === null ? (second ?? first) : choose(first, second);
  return {
    inputTokens: pick(a.inputTokens, b.inputTokens),
    outputTokens: pick(a.outputTokens, b.outputTokens),
    cacheCreationTokens: pick(a.cacheCreationTokens, b.cacheCreationTokens),
    cacheReadTokens: pick(a.cacheReadTokens, b.cacheReadTokens),
  };
}
