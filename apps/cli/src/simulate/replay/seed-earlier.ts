import type { QuotaEngine } from "@ccp/quota-engine";
import { MAX_TOKEN_COUNT, type TokenCounts, type TokenWeights } from "@ccp/usage-contract/core";
import type { EarlierUsage } from "../recording/recording.ts";
import type { WeightsOf } from "./weights-of.ts";

/**
 * Counts what lanes had counted before the log begins. When exactly it was spent is not known: what the rolling
 * window held counts as spent at the start of the log, the rest of the weekly window as one rolling window before.
 *
 * @param startMs The first arrival of the log.
 */
export function seedEarlier(
  engine: QuotaEngine,
  earlier: readonly EarlierUsage[],
  weightsOf: WeightsOf,
  rollingMs: number,
  startMs: number,
): void {
  for (const usage of earlier) {
    const { lane, model, seenMs, rollingTokens, weeklyTokens } = usage;
    const weights = weightsOf(lane, model);
    // A model met for the first time later than one rolling window has nothing left of before in that window.
    const rolling = seenMs - startMs < rollingMs ? rollingTokens : 0;
    for (const [tokens, atMs] of [
      [weeklyTokens - rollingTokens, startMs - BEFORE_WINDOW * rollingMs],
      [rolling, startMs],
    ] as const) {
      for (const counts of portions(tokens, weights)) {
        const times = { atMs, wallMs: 0, streamMs: 0, ttftMs: null, localHour: 0 };
        engine.record({ lane, model, counts, ...times, estimated: true }, startMs);
      }
    }
  }
}

/** A window counts its oldest part whole, so what has just left it must lie that much further back. */
const BEFORE_WINDOW = 1.01;
/** No window holds more; a larger figure is a fault of the log. */
const MAX_TOKENS = 1e11;

/** One answer cannot have taken more than so much; a window can. */
function* portions(countedTokens: number, weights: TokenWeights): Generator<TokenCounts> {
  const isInput = weights.input > 0;
  const weight = isInput ? weights.input : weights.output;
  if (!(weight > 0)) return;
  for (
    let left = Math.round(Math.min(countedTokens, MAX_TOKENS) / weight);
    left > 0;
    left -= MAX_TOKEN_COUNT
  ) {
    const tokens = Math.min(left, MAX_TOKEN_COUNT);
    yield {
      inputTokens: isInput ? tokens : 0,
      outputTokens: isInput ? 0 : tokens,
      cacheCreationTokens: 0,
      cacheReadTokens: 0,
    };
  }
}
