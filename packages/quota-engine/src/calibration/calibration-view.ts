import { DEFAULT_WARN_PCT, type QuotaRule } from "@ccp/usage-contract/core";
import { strongest } from "../assess/assess-model.ts";
import type { Tally } from "../ledger/tally.ts";
import type { CalibrationView } from "../types.ts";
import { autoWarnPct, type GapSummary } from "./summarize.ts";

const NO_GAPS: GapSummary = { p50: null, p95: null, samples: 0 };

/** What was learned about a model on a lane. Gaps are the rolling window's, or the weekly one's while it has none. */
export function calibrationView(tally: Tally | null, rule: QuotaRule | null): CalibrationView {
  const learned = strongest(tally);
  const gap = shownGap(tally);
  const warnPct = rule?.warnPct ?? DEFAULT_WARN_PCT;
  return {
    gapSecondsP50: gap.p50,
    gapSecondsP95: gap.p95,
    gapSamples: gap.samples,
    bias: learned.bias,
    biasSamples: learned.samples,
    confidence: learned.confidence,
    warnPct,
    warnPctAuto: autoWarnPct(warnPct, learned),
  };
}

function shownGap(tally: Tally | null): GapSummary {
  if (tally === null) return NO_GAPS;
  const rolling = tally.rolling.calibration.gap;
  return rolling.samples > 0 ? rolling : tally.weekly.calibration.gap;
}
