/** Counts of durations by size class; a class is 5 % wide, so a quantile is off by 2.5 % at most. */
export type LatencySketch = Map<number, number>;

const GROWTH = Math.log(1.05);

/** Takes in one duration, milliseconds; less than one counts as one. */
export function addLatency(sketch: LatencySketch, ms: number): void {
  const at = Math.round(Math.log(Math.max(1, ms)) / GROWTH);
  sketch.set(at, (sketch.get(at) ?? 0) + 1);
}

export function mergeLatencies(into: LatencySketch, from: LatencySketch): void {
  for (const [at, count] of from) into.set(at, (into.get(at) ?? 0) + count);
}

/** @param share 0..1. @returns Milliseconds, whole; `null` of an empty sketch. */
export function latencyQuantile(sketch: LatencySketch, share: number): number | null {
  let total = 0;
  for (const count of sketch.values()) total += count;
  if (total === 0) return null;
  const rank = share * (total - 1);
  let seen = 0;
  let found = 0;
  for (const [at, count] of [...sketch].sort(([a], [b]) => a - b)) {
    seen += count;
    found = at;
    if (seen > rank) break;
  }
  return Math.round(Math.exp(found * GROWTH));
}
