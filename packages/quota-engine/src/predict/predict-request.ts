import { DEFAULT_WEIGHTS, MAX_TOKEN_COUNT } from "@ccp/usage-contract/core";
import { type Ledger, ruleOn } from "../ledger/ledger.ts";
import type { PredictInput, Prediction } from "../types.ts";
import { PerByte, START_TOKENS_PER_BYTE } from "./per-byte.ts";
import { type Predictor, START_OUTPUT_TOKENS } from "./predictor.ts";

/**
 * Estimates what a request takes. Text goes by its bytes, media by what they are said to take; an input that is named in
 * tokens is believed. A model that has not been seen on the lane is estimated with what the lane's other models taught,
 * and before that with 1/4 token a byte, nothing cached and 500 output tokens.
 */
export function predictRequest(ledger: Ledger, input: PredictInput): Prediction {
  const model = ledger.find(input.model);
  const weights = ruleOn(model, input.lane)?.weights ?? DEFAULT_WEIGHTS;
  const own = ledger.meter(model, input.lane)?.predictor;
  const learnt = own !== undefined && own.inputSamples > 0 ? own : null;
  const { inputTokens, leastInputTokens } = inputOf(ledger, input, learnt);
  const limit = input.maxTokens !== null && input.maxTokens >= 0 ? input.maxTokens : Number.POSITIVE_INFINITY;
  const outputTokens = Math.ceil(Math.min(own?.outputTokens ?? START_OUTPUT_TOKENS, limit));
  const shares = input.uncached === true ? null : learnt;
  const inputWeight = shares?.inputWeight(weights, input.cacheWarm ?? true) ?? weights.input;
  const counted = inputTokens * inputWeight + outputTokens * weights.output;
  return { inputTokens, leastInputTokens, outputTokens, countedTokens: Math.ceil(counted) };
}

function inputOf(
  ledger: Ledger,
  input: PredictInput,
  learnt: Predictor | null,
): Pick<Prediction, "inputTokens" | "leastInputTokens"> {
  if (input.inputTokens !== undefined) {
    const named = tokens(input.inputTokens);
    return { inputTokens: named, leastInputTokens: named };
  }
  const { media } = input;
  const perByte = known(learnt?.perByte) ?? known(ledger.lane(input.lane)?.perByte) ?? UNKNOWN;
  const text =
    Math.max(0, finite(input.bodyBytes) - (media?.bytes ?? 0)) * (perByte.value ?? START_TOKENS_PER_BYTE);
  // What was learned of a lane's other models is no more sure than what is assumed of all.
  const sureShare = perByte === learnt?.perByte ? perByte.sureShare : UNKNOWN.sureShare;
  return {
    inputTokens: tokens(text + (media?.tokens ?? 0) + (learnt?.surplusTokens ?? 0)),
    leastInputTokens: tokens(text * sureShare + (media?.leastTokens ?? 0)),
  };
}

const UNKNOWN = new PerByte();

function known(perByte: PerByte | undefined): PerByte | null {
  return perByte === undefined || perByte.value === null ? null : perByte;
}

function finite(bytes: number): number {
  return Number.isFinite(bytes) ? bytes : 0;
}

/** Whole tokens, at most what a window takes of one answer: more would be counted as none. */
function tokens(amount: number): number {
  return Math.min(MAX_TOKEN_COUNT, Math.ceil(Math.max(0, finite(amount))));
}
