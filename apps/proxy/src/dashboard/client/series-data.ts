import type { LaneSeries, SeriesView } from "@ccp/usage-contract";

/** A line of a chart, one value a step. */
export interface Line {
  readonly lane: string;
  readonly name: string;
  readonly values: readonly (number | null)[];
}

/** Middle of each step, epoch seconds. */
export function stepTimes({ start_ts, step_sec, steps }: SeriesView): number[] {
  return Array.from({ length: steps }, (_, step) => start_ts + (step + 0.5) * step_sec);
}

/** Index of the step that an instant lies in; `null` outside of all. */
export function stepAt({ start_ts, step_sec, steps }: SeriesView, ts: number): number | null {
  const step = Math.floor((ts - start_ts) / step_sec);
  return step >= 0 && step < steps ? step : null;
}

/** Used share of every window that was ever known in the range. */
export function usedLines(view: SeriesView): Line[] {
  return Object.entries(view.lanes).flatMap(([lane, { used }]) =>
    Object.entries(used)
      .map(([name, values]) => ({ lane, name, values }))
      .filter(({ values }) => values.some((value) => value !== null)),
  );
}

export interface Mark {
  readonly lane: string;
  readonly ts: number;
  /** Where a dot sits, as a share; 1 where the used share was not known. */
  readonly share: number;
}

/** Refusals for a limit, each at the used share of its lane at that time. */
export function limitMarks(view: SeriesView): Mark[] {
  return Object.entries(view.lanes).flatMap(([lane, series]) =>
    series.limits.flatMap((ts) => {
      const step = stepAt(view, ts);
      return step === null ? [] : [{ lane, ts, share: fullestAt(series, step) }];
    }),
  );
}

/** When windows began anew; those of one name and lane. */
export function resetMarks(view: SeriesView): { lane: string; window: string; ts: number }[] {
  return Object.entries(view.lanes).flatMap(([lane, { resets }]) =>
    Object.entries(resets).flatMap(([window, times]) =>
      times.filter((ts) => stepAt(view, ts) !== null).map((ts) => ({ lane, window, ts })),
    ),
  );
}

function fullestAt({ used }: LaneSeries, step: number): number {
  const shares = Object.values(used).flatMap((values) => values[step] ?? []);
  return shares.length === 0 ? 1 : Math.max(...shares);
}

export type TimeKind = "ttft_ms" | "latency_ms";

/** Median and 95th percentile of each lane that served anything. */
export function timeLines(view: SeriesView, kind: TimeKind): { lane: string; p50: Line; p95: Line }[] {
  return Object.entries(view.lanes)
    .filter(([, series]) => series[kind].p50.some((value) => value !== null))
    .map(([lane, series]) => ({
      lane,
      p50: { lane, name: "p50", values: series[kind].p50 },
      p95: { lane, name: "p95", values: series[kind].p95 },
    }));
}

/** How the tokens of a lane are split. */
export type Split = "kind" | "class";

const KINDS = [
  ["output", "output_tokens"],
  ["input", "input_tokens"],
  ["cache write", "cache_creation_tokens"],
  ["cache read", "cache_read_tokens"],
] as const;

/** Tokens a minute, by lane and class, bottom of the stack first; what never occurred is left out. */
export function tokenStack(view: SeriesView, split: Split): Line[] {
  return Object.entries(view.lanes).flatMap(([lane, series]) =>
    parts(series, split)
      .filter(([, counts]) => counts.some((count) => count > 0))
      .map(([name, counts]) => ({ lane, name, values: perMinute(view, counts) })),
  );
}

function parts(series: LaneSeries, split: Split): (readonly [string, readonly number[]])[] {
  if (split === "kind") return KINDS.map(([name, key]) => [name, series[key]]);
  return Object.entries(series.classes);
}

/** The last step is still running: it is divided by the time that has passed of it. */
function perMinute(view: SeriesView, counts: readonly number[]): number[] {
  const last = counts.length - 1;
  const passedSec = view.ts - (view.start_ts + last * view.step_sec);
  return counts.map((count, step) => {
    const seconds = step === last ? Math.min(view.step_sec, Math.max(60, passedSec)) : view.step_sec;
    return (count / seconds) * 60;
  });
}

/** Sums from the bottom up: the tops of a stack's layers. */
export function tops(lines: readonly Line[]): number[][] {
  let below: readonly number[] = [];
  return lines.map(({ values }) => {
    const top = values.map((value, step) => (value ?? 0) + (below[step] ?? 0));
    below = top;
    return top;
  });
}

/** Exchanges of all lanes in the whole range. */
export function requestCount(view: SeriesView): number {
  return Object.values(view.lanes).reduce(
    (total, { requests }) => total + requests.reduce((sum, count) => sum + count, 0),
    0,
  );
}

/** The newest value that is known. */
export function latest(values: readonly (number | null)[]): number | null {
  return values.findLast((value) => value !== null) ?? null;
}

/** The highest value and its step; `null` where nothing is known. */
export function peak(values: readonly (number | null)[]): { step: number; value: number } | null {
  let best: { step: number; value: number } | null = null;
  values.forEach((value, step) => {
    if (value !== null && (best === null || value > best.value)) best = { step, value };
  });
  return best;
}

/** Points with nothing beside them: a line through one value would not be seen. */
export function lonelySteps(values: readonly (number | null)[]): number[] {
  return values.flatMap((value, step) =>
    value !== null && (values[step - 1] ?? null) === null && (values[step + 1] ?? null) === null
      ? [step]
      : [],
  );
}
