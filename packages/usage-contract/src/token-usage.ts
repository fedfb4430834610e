/**
 * What an upstream said one answer took, by token class. `null` means that it said nothing of that class; it is
 * never 0. `inputTokens` excludes both cache classes (Anthropic's own definition).
 */
export interface TokenUsage {
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly cacheCreationTokens: number | null;
  readonly cacheReadTokens: number | null;
}

export const NO_USAGE: TokenUsage = {
  inputTokens: null,
  outputTokens: null,
  cacheCreationTokens: null,
  cacheReadTokens: null,
};

/** Tokens of one answer with every class known: what windows and counters add up. */
export interface TokenCounts {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheCreationTokens: number;
  readonly cacheReadTokens: number;
}

/** How much one token of a class counts against a cap. */
export interface TokenWeights {
  readonly input: number;
  readonly output: number;
  readonly cacheCreation: number;
  readonly cacheRead: number;
}

export const DEFAULT_WEIGHTS: TokenWeights = { input: 1, output: 1, cacheCreation: 1, cacheRead: 0.1 };

/** No answer on record comes near this; a larger number is a fault of the sender. */
export const MAX_TOKEN_COUNT = 10_000_000;

/** A usable count: a finite integer from 0 to {@link MAX_TOKEN_COUNT}. NaN, 1e400, 2^53 and strings are not. */
export function isTokenCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= MAX_TOKEN_COUNT;
}

export function toCounts(usage: TokenUsage): TokenCounts {
  return {
    inputTokens: usage.inputTokens ?? 0,
    outputTokens: usage.outputTokens ?? 0,
    cacheCreationTokens: usage.cacheCreationTokens ?? 0,
    cacheReadTokens: usage.cacheReadTokens ?? 0,
  };
}

/** Counted tokens: the weighted sum over the classes. */
export function countTokens(counts: TokenCounts, weights: TokenWeights = DEFAULT_WEIGHTS): number {
  return (
    counts.inputTokens * weights.input +
    counts.outputTokens * weights.output +
    counts.cacheCreationTokens * weights.cacheCreation +
    counts.cacheReadTokens * weights.cacheRead
  );
}

/** All input classes, unweighted. */
export function rawInput(counts: TokenCounts): number {
  return counts.inputTokens + counts.cacheCreationTokens + counts.cacheReadTokens;
}
