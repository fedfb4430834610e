import type { MetricSample } from "./parse-metrics.ts";

/** How often each span of values was met on one lane. */
export interface Histogram {
  readonly lane: string;
  /** Upper bounds, ascending; the last one may be `Infinity`. */
  readonly bounds: readonly number[];
  /** Values at or below the bound and above the one before it. As many as bounds. */
  readonly counts: readonly number[];
  readonly total: number;
}

/**
 * The histogram of each lane, from the cumulative `_bucket` series of a scrape. Series that differ in other labels
 * (`op`) are added up. A count below the one before it, as while a gateway restarts, is taken as nothing new.
 *
 * @param name Without `_bucket`, e.g. `ccp_latency_ms`.
 * @returns Lanes with at least one value, in the order of the scrape.
 */
export function readHistograms(samples: readonly MetricSample[], name: string): Histogram[] {
  const lanes = new Map<string, Map<number, number>>();
  for (const series of groupSeries(samples, `${name}_bucket`)) {
    const counts = lanes.get(series.lane) ?? new Map<number, number>();
    lanes.set(series.lane, counts);
    let below = 0;
    for (const [bound, cumulative] of series.buckets) {
      counts.set(bound, (counts.get(bound) ?? 0) + Math.max(0, cumulative - below));
      below = Math.max(below, cumulative);
    }
  }
  return [...lanes].map(([lane, counts]) => toHistogram(lane, counts)).filter(({ total }) => total > 0);
}

interface BucketSeries {
  readonly lane: string;
  /** Ascending by bound. */
  readonly buckets: readonly (readonly [number, number])[];
}

function groupSeries(samples: readonly MetricSample[], name: string): BucketSeries[] {
  const groups = new Map<string, { lane: string; buckets: [number, number][] }>();
  for (const sample of samples) {
    const { le, ...others } = sample.labels;
    const bound = le === undefined ? Number.NaN : le === "+Inf" ? Number.POSITIVE_INFINITY : Number(le);
    if (sample.name !== name || Number.isNaN(bound) || !(sample.value >= 0)) continue;
    const key = JSON.stringify(Object.entries(others).sort());
    const group = groups.get(key) ?? { lane: others.lane ?? "?", buckets: [] };
    groups.set(key, group);
    group.buckets.push([bound, sample.value]);
  }
  return [...groups.values()].map(({ lane, buckets }) => ({
    lane,
    buckets: buckets.sort(([a], [b]) => a - b),
  }));
}

function toHistogram(lane: string, byBound: ReadonlyMap<number, number>): Histogram {
  const entries = [...byBound].sort(([a], [b]) => a - b);
  const counts = entries.map(([, count]) => count);
  return {
    lane,
    bounds: entries.map(([bound]) => bound),
    counts,
    total: counts.reduce((sum, count) => sum + count, 0),
  };
}

/** The end of the bucket that a value lies in: all that a histogram knows of it. `beyond`: it lies above `bound`, the last one. */
export interface Quantile {
  readonly bound: number;
  readonly beyond: boolean;
}

/**
 * What a share of all values does not exceed, as the upper bound of its bucket. Where in the bucket the value lies
 * was not measured, so nothing finer is told.
 *
 * @param share 0..1, e.g. 0.95.
 * @returns `null` without values.
 */
export function quantile({ bounds, counts, total }: Histogram, share: number): Quantile | null {
  if (total <= 0) return null;
  const rank = share * total;
  let below = 0;
  for (const [index, count] of counts.entries()) {
    below += count;
    if (count === 0 || below < rank) continue;
    const upper = bounds[index] ?? Number.POSITIVE_INFINITY;
    const beyond = upper === Number.POSITIVE_INFINITY;
    return { bound: beyond ? (bounds[index - 1] ?? 0) : upper, beyond };
  }
  return null;
}
