/**
 * A percentile with linear interpolation between neighbours.
 *
 * @param sorted Ascending.
 * @param share 0..1: 0.95 for p95.
 * @returns `null` for an empty list.
 * @example
 * percentile([120, 180, 240], 0.95); // => 234
 */
export function percentile(sorted: ArrayLike<number>, share: number): number | null {
  if (sorted.length === 0) return null;
  const rank = share * (sorted.length - 1);
  const low = Math.floor(rank);
  const below = sorted[low] ?? 0;
  const above = sorted[Math.min(low + 1, sorted.length - 1)] ?? below;
  return below + (above - below) * (rank - low);
}

/** The values in ascending order, in a new array. */
export function ascending(values: Iterable<number>): Float64Array {
  return Float64Array.from(values).sort();
}
