import { laneId } from "@ccp/usage-contract/core";
import { didYouMean } from "../args/did-you-mean.ts";
import type { QuotaRow } from "./quota-rows.ts";

export interface QuotaFilter {
  readonly lane: string | null;
  readonly window: string | null;
}

/** A filter that fits no row. */
export interface FilterMiss {
  readonly option: "--lane" | "--window";
  readonly value: string;
  readonly known: readonly string[];
  readonly meant: string | null;
}

export type FilterResult =
  | { readonly success: true; readonly rows: QuotaRow[] }
  | { readonly success: false; readonly miss: FilterMiss };

/** Keeps the rows of one lane, one window, or both. With no rows at all nothing can be wrong with a filter. */
export function filterRows(
  rows: readonly QuotaRow[],
  filter: QuotaFilter,
  lanes: readonly string[],
): FilterResult {
  const lane = filter.lane === null ? null : laneId(filter.lane);
  if (lane !== null && lanes.length > 0 && !lanes.includes(lane)) return miss("--lane", lane, lanes);
  const ofLane = rows.filter((row) => lane === null || row.lane === lane);
  const windows = [...new Set(rows.map((row) => row.window))];
  const { window } = filter;
  if (window !== null && rows.length > 0 && !windows.includes(window)) {
    return miss("--window", window, windows);
  }
  return { success: true, rows: ofLane.filter((row) => window === null || row.window === window) };
}

function miss(option: FilterMiss["option"], value: string, known: readonly string[]): FilterResult {
  return { success: false, miss: { option, value, known, meant: didYouMean(value, known) } };
}
