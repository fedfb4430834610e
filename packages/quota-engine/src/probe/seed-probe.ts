import { modelKey } from "@ccp/usage-contract/core";
import { isUsableBias, type ProbeSeed } from "../calibration/calibration.ts";
import { MAX_SAMPLES } from "../calibration/sample-ring.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { ProbeResult } from "./parse-probe-results.ts";

/** Takes the results of a limit probe; they replace the results taken before. */
export function seedProbe(ledger: Ledger, results: readonly ProbeResult[]): void {
  ledger.seed(new Map(results.map((result) => [modelKey(result.model), toSeed(result)])));
}

function toSeed(result: ProbeResult): ProbeSeed {
  const { gapSecondsP50: p50, gapSecondsP95: p95, samples } = result;
  const gaps = p50 !== null && samples > 0 ? { p50, p95: p95 ?? p50, samples } : null;
  return { gaps, biases: result.multipliers.filter(isUsableBias).slice(-MAX_SAMPLES) };
}
