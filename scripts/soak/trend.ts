import { median } from "../bench/stats.ts";

const SHORTEST_SAMPLES = 120;
const MOST_GROWTH_MB = 64;
const MOST_GROWTH_SHARE = 0.3;

/**
 * Whether memory still grows once a run has found its pace: the middle of the last quarter against that of the second.
 *
 * @param memoryMb One value a second. Of a run under two minutes nothing can be said.
 */
export function growthFault(memoryMb: readonly (number | null)[]): string | null {
  if (memoryMb.length < SHORTEST_SAMPLES) return null;
  const quarter = Math.floor(memoryMb.length / 4);
  const early = median(memoryMb.slice(quarter, 2 * quarter));
  const late = median(memoryMb.slice(-quarter));
  if (early === null || late === null) return null;
  const growth = late - early;
  if (growth <= Math.max(MOST_GROWTH_MB, MOST_GROWTH_SHARE * early)) return null;
  return `memory grew from ${Math.round(early)} to ${Math.round(late)} MB`;
}
