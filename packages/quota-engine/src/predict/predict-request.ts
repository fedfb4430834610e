import { DEFAULT_WEIGHTS } from "@ccp/usage-contract/core";
import { type Ledger, ruleOn } from "../ledger/ledger.ts";
import type { PredictInput, Prediction } from "../types.ts";
import { START_OUTPUT_TOKENS, START_TOKENS_PER_BYTE } from "./predictor.ts";

/**
 * Estimates what a request takes. A model that has not been seen on the lane is estimated with what the lane's other
 * models taught, and before that with 1/4 token a byte, nothing cached and 500 output tokens.
 */
export function predictRequest(ledger: Ledger, input: PredictInput): Prediction {
  const model = ledger.find(input.model);
  const weights = ruleOn(model, input.lane)?.weights ?? DEFAULT_WEIGHTS;
  const own = ledger.meter(model, input.lane)?.predictor;
  const learnt = own !== undefined && own.inputSamples > 0 ? own : null;
  const perByte = learnt?.tokensPerByte ?? ledger.lane(input.lane)?.tokensPerByte ?? START_TOKENS_PER_BYTE;
  const bytes = Number.isFinite(input.bodyBytes) ? Math.max(0, input.bodyBytes) : 0;
  const inputTokens = Math.ceil(bytes * perByte);
  const limit = input.maxTokens !== null && input.maxTokens >= 0 ? input.maxTokens : Number.POSITIVE_INFINITY;
  const outputTokens = Math.ceil(Math.min(own?.outputTokens ?? START_OUTPUT_TOKENS, limit));
  const inputWeight = learnt?.inputWeight(weights, input.cacheWarm ?? true) ?? weights.input;
  const counted = inputTokens * inputWeight + outputTokens * weights.output;
  return { inputTokens, outputTokens, countedTokens: Math.ceil(counted) };
}
