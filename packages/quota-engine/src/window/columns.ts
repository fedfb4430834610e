import { MAX_TOKEN_COUNT, type TokenCounts, type TokenWeights } from "@ccp/usage-contract/core";

/** What each bucket of a counting window holds: four token classes and one more (requests, or wall ms). */
export const COLUMNS = 5;
export const INPUT = 0;
export const OUTPUT = 1;
export const CACHE_CREATION = 2;
export const CACHE_READ = 3;
export const EXTRA = 4;

/**
 * Writes the four classes into a row; its last column becomes 0. A class that is no usable number counts 0, for one
 * NaN would switch every limit off. A guess that is no whole number is rounded up.
 */
export function toRow(counts: TokenCounts, into: Float64Array): void {
  into[INPUT] = usable(counts.inputTokens);
  into[OUTPUT] = usable(counts.outputTokens);
  into[CACHE_CREATION] = usable(counts.cacheCreationTokens);
  into[CACHE_READ] = usable(counts.cacheReadTokens);
  into[EXTRA] = 0;
}

/** All input classes of a row, unweighted. */
export function inputOf(row: Float64Array): number {
  return (row[INPUT] ?? 0) + (row[CACHE_CREATION] ?? 0) + (row[CACHE_READ] ?? 0);
}

/** Adds a row to sums, column by column. */
export function addRow(sums: Float64Array, row: Float64Array): void {
  for (let column = 0; column < row.length; column += 1)
    sums[column] = (sums[column] ?? 0) + (row[column] ?? 0);
}

function usable(tokens: number): number {
  return tokens > 0 && tokens <= MAX_TOKEN_COUNT ? Math.ceil(tokens) : 0;
}

/** No answer takes longer; a longer time is a fault of the caller and would swamp the hours. */
const MAX_DURATION_MS = 86_400_000;

/** A duration in whole ms, at most a day; 0 for what is none. */
export function usableMs(ms: number): number {
  return ms > 0 ? Math.min(Math.round(ms), MAX_DURATION_MS) : 0;
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
