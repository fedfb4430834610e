import type { LaneSeries, SeriesRange, SeriesView } from "@ccp/usage-contract";
import { type LatencySketch, latencyQuantile, mergeLatencies } from "./latency-sketch.ts";
import { CELL_SEC, cellOf } from "./ring.ts";
import type { TrafficBook, TrafficCell } from "./traffic-book.ts";
import type { UsedBook } from "./used-book.ts";

/** Steps of a range: fine enough to read, few enough to draw. */
const RANGES: Readonly<Record<SeriesRange, { readonly steps: number; readonly cells: number }>> = {
  "5h": { steps: 60, cells: 1 },
  "24h": { steps: 96, cells: 3 },
  "7d": { steps: 168, cells: 12 },
};

/** History of all lanes in even steps up to `nowTs`; the last step is still running. */
export function seriesView(
  range: SeriesRange,
  used: UsedBook,
  traffic: TrafficBook,
  nowTs: number,
): SeriesView {
  const { steps, cells } = RANGES[range];
  const lastStart = Math.floor(cellOf(nowTs) / cells) * cells;
  const firstCell = lastStart - (steps - 1) * cells;
  const lanes = new Set([...used.lanes(), ...traffic.lanes()]);
  const frame = { firstCell, steps, cells };
  return {
    ts: nowTs,
    range,
    start_ts: firstCell * CELL_SEC,
    step_sec: cells * CELL_SEC,
    steps,
    // From entries: a lane may be called `__proto__`.
    lanes: Object.fromEntries([...lanes].map((lane) => [lane, laneSeries(lane, frame, used, traffic)])),
  };
}

interface Frame {
  readonly firstCell: number;
  readonly steps: number;
  readonly cells: number;
}

function laneSeries(lane: string, frame: Frame, used: UsedBook, traffic: TrafficBook): LaneSeries {
  const windows = used.windows(lane);
  const sinceTs = frame.firstCell * CELL_SEC;
  const steps = perStep(frame, (cell) => traffic.cell(lane, cell));
  const sum = (pick: (cell: TrafficCell) => number): number[] =>
    steps.map((cells) => cells.reduce((total, cell) => total + pick(cell), 0));
  return {
    used: Object.fromEntries(
      windows.map((window) => [
        window,
        perStep(frame, (cell) => used.share(lane, window, cell) ?? undefined).map(highest),
      ]),
    ),
    resets: Object.fromEntries(windows.map((window) => [window, used.resets(lane, window, sinceTs)])),
    limits: steps.flatMap((cells) => cells.flatMap((cell) => cell.limits)),
    requests: sum((cell) => cell.requests),
    input_tokens: sum((cell) => cell.inputTokens),
    output_tokens: sum((cell) => cell.outputTokens),
    cache_creation_tokens: sum((cell) => cell.cacheCreationTokens),
    cache_read_tokens: sum((cell) => cell.cacheReadTokens),
    classes: Object.fromEntries(
      classNames(steps).map((name) => [name, sum((cell) => cell.classes.get(name) ?? 0)]),
    ),
    ttft_ms: quantiles(steps, (cell) => cell.ttft),
    latency_ms: quantiles(steps, (cell) => cell.latency),
  };
}

function classNames(steps: readonly (readonly TrafficCell[])[]): string[] {
  return [...new Set(steps.flatMap((cells) => cells.flatMap((cell) => [...cell.classes.keys()])))].sort();
}

/** What is known of each step's cells. */
function perStep<T>({ firstCell, steps, cells }: Frame, at: (cell: number) => T | undefined): T[][] {
  return Array.from({ length: steps }, (_, step) =>
    Array.from({ length: cells }, (__, offset) => at(firstCell + step * cells + offset)).filter(
      (each) => each !== undefined,
    ),
  );
}

function highest(shares: readonly number[]): number | null {
  return shares.length === 0 ? null : Math.round(Math.max(...shares) * 10_000) / 10_000;
}

function quantiles(
  steps: readonly (readonly TrafficCell[])[],
  pick: (cell: TrafficCell) => LatencySketch,
): { p50: (number | null)[]; p95: (number | null)[] } {
  const merged = steps.map((cells) => {
    const sketch: LatencySketch = new Map();
    for (const cell of cells) mergeLatencies(sketch, pick(cell));
    return sketch;
  });
  const at = (share: number): (number | null)[] => merged.map((sketch) => latencyQuantile(sketch, share));
  return { p50: at(0.5), p95: at(0.95) };
}
