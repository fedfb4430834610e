/** Value below which `share` (0..1) of the sorted values lie; nearest rank. `null` for no values. */
export function percentile(sorted: ArrayLike<number>, share: number): number | null {
  if (sorted.length === 0) return null;
  const rank = Math.min(sorted.length, Math.max(1, Math.ceil(share * sorted.length)));
  return sorted[rank - 1] ?? null;
}

/** Middle value, the mean of the two middle ones for an even count. Unknown values (`null`) are left out. */
export function median(values: readonly (number | null)[]): number | null {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  if (upper === undefined) return null;
  const lower = sorted[middle - 1];
  return sorted.length % 2 === 1 || lower === undefined ? upper : (lower + upper) / 2;
}

/** `a[i] - b[i]` or `a[i] / b[i]` of the rounds in which both are known: only figures of one round are compared. */
export function pairwise(
  a: readonly (number | null)[],
  b: readonly (number | null)[],
  combine: "ratio" | "difference",
): number[] {
  const pairs: number[] = [];
  a.forEach((left, round) => {
    const right = b[round];
    if (left === null || right === null || right === undefined) return;
    if (combine === "difference") pairs.push(left - right);
    else if (right !== 0) pairs.push(left / right);
  });
  return pairs;
}

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A new array in random order (Fisher-Yates). */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    const moved = result[last] as T;
    result[last] = result[other] as T;
    result[other] = moved;
  }
  return result;
}
