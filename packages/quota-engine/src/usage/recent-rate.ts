import { DEFAULT_WEIGHTS, type TokenWeights } from "@ccp/usage-contract/core";
import type { Tally } from "../ledger/tally.ts";
import { COLUMNS, EXTRA, weigh } from "../window/columns.ts";

const SPAN_MS = 900_000;
const SHORTEST_SPAN_MS = 300_000;
const FEWEST_REQUESTS = 3;

/**
 * Counted tokens a minute over the last 15 minutes, to tell when a window will be full.
 *
 * @returns 0 when nothing was counted in that time; `null` from less than 5 minutes or fewer than 3 requests, which
 *   are no pace: a forecast from them would jump about.
 */
export function recentRate(tally: Tally | null, weights: TokenWeights | null, nowMs: number): number | null {
  if (tally === null) return 0;
  const { ring } = tally.rolling.counter;
  const sums = new Float64Array(COLUMNS);
  ring.sumSince(nowMs - SPAN_MS, sums);
  const requests = sums[EXTRA] ?? 0;
  if (requests === 0) return 0;
  const spanMs = Math.min(SPAN_MS, nowMs - (ring.oldestMs() ?? nowMs));
  if (spanMs < SHORTEST_SPAN_MS || requests < FEWEST_REQUESTS) return null;
  return weigh(sums, weights ?? DEFAULT_WEIGHTS) / (spanMs / 60_000);
}
