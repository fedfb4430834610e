import { DEFAULT_WEIGHTS, type QuotaRule } from "@ccp/usage-contract";
import { TRUSTED_GAPS } from "../calibration/summarize.ts";
import { capacityOf, type Tally, type TallyWindow, type WindowName } from "../ledger/tally.ts";
import type { WindowFigures } from "../types.ts";

/** Figures of one of a model's own windows. @param tally `null` while nothing was counted. */
export function windowFigures(
  which: WindowName,
  tally: Tally | null,
  rule: QuotaRule | null,
  nowMs: number,
): WindowFigures {
  const capacityTokens = rule === null ? null : capacityOf(which, rule);
  const usedTokens = tally === null ? 0 : tally[which].counter.usedTokens(rule?.weights ?? DEFAULT_WEIGHTS);
  const committed = usedTokens + (tally?.reserved ?? 0);
  return {
    usedTokens,
    capacityTokens,
    usedPct: capacityTokens === null ? null : usedTokens / capacityTokens,
    headroomPct: capacityTokens === null ? null : Math.max(0, (capacityTokens - committed) / capacityTokens),
    etaSec: tally === null || usedTokens === 0 ? 0 : etaSec(tally[which], nowMs),
  };
}

/** A calculated reset is corrected by the learned gap; a declared one needs no correction. */
function etaSec(window: TallyWindow, nowMs: number): number {
  const resetMs = window.counter.resetMs(nowMs);
  if (resetMs === null) return 0;
  const { p50, samples } = window.calibration.gap;
  const trusted = !window.counter.declared && samples >= TRUSTED_GAPS;
  return Math.max(0, (resetMs - nowMs) / 1000 - (trusted ? (p50 ?? 0) : 0));
}
