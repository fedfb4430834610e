import type { QuotaRow } from "./quota-rows.ts";

export interface ThresholdVerdict {
  /** `unknown`: no row has a number. */
  readonly kind: "below" | "reached" | "unknown";
  /** The row that decided: one that refuses, else the fullest. */
  readonly row: QuotaRow | null;
}

/**
 * Judges a guard such as `--threshold 80`: the fullest window of any model decides, windows of the whole account
 * included, since they bind every model of their lane. What refuses every request is past any threshold.
 *
 * @param thresholdPct Percent, 80 is 80 %.
 */
export function judgeThreshold(rows: readonly QuotaRow[], thresholdPct: number): ThresholdVerdict {
  const shut = rows.find(({ refuses, state }) => refuses && state.kind !== "disabled");
  if (shut !== undefined) return { kind: "reached", row: shut };
  let fullest: QuotaRow | null = null;
  for (const row of rows) {
    if (row.usedPct !== null && row.usedPct > (fullest?.usedPct ?? Number.NEGATIVE_INFINITY)) fullest = row;
  }
  if (fullest === null) return { kind: "unknown", row: null };
  // Compared in percent: 0.29 * 100 is a hair below 29.
  const usedPct = Number(((fullest.usedPct ?? 0) * 100).toFixed(6));
  return { kind: usedPct >= thresholdPct ? "reached" : "below", row: fullest };
}
