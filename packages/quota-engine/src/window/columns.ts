import type { TokenCounts, TokenWeights } from "@ccp/usage-contract";

/** What each bucket of a counting window holds: four token classes and one more (requests, or wall ms). */
export const COLUMNS = 5;
export const INPUT = 0;
export const OUTPUT = 1;
export const CACHE_CREATION = 2;
export const CACHE_READ = 3;
export const EXTRA = 4;

/** Writes the four classes of `counts`, and `extra`, into `into`. */
export function toColumns(counts: TokenCounts, extra: number, into: Float64Array): void {
  into[INPUT] = counts.inputTokens;
  into[OUTPUT] = counts.outputTokens;
  into[CACHE_CREATION] = counts.cacheCreationTokens;
  into[CACHE_READ] = counts.cacheReadTokens;
  into[EXTRA] = extra;
}

/** Counted tokens of one row of columns. */
export function weigh(columns: Float64Array, weights: TokenWeights): number {
  return (
    (columns[INPUT] ?? 0) * weights.input +
    (columns[OUTPUT] ?? 0) * weights.output +
    (columns[CACHE_CREATION] ?? 0) * weights.cacheCreation +
    (columns[CACHE_READ] ?? 0) * weights.cacheRead
  );
}
