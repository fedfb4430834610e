import type { TokenWeights } from "@ccp/usage-contract";
import { CACHE_CREATION, CACHE_READ, inputOf, OUTPUT } from "../window/columns.ts";
import { RecentValues } from "./recent-values.ts";

/** Tokens per byte before anything was learned. */
export const START_TOKENS_PER_BYTE: number = 1 / 4;
/** Output tokens before anything was learned. */
export const START_OUTPUT_TOKENS = 500;
const RECENT_OUTPUTS = 64;
/** A new sample weighs at least this much, so that a model that changed is followed. */
const MIN_ALPHA = 1 / 16;

/** Learns, for one model on one lane, what a request takes from what the last ones took. */
export class Predictor {
  inputSamples = 0;
  /** All input classes per byte of request body. */
  tokensPerByte: number = START_TOKENS_PER_BYTE;
  /** Share of the input that came from the cache. */
  readShare = 0;
  /** Share of the input that went into the cache. */
  creationShare = 0;
  readonly #outputs: RecentValues = new RecentValues(RECENT_OUTPUTS);

  /** @param row What one answer took. @param bodyBytes Of its request; 0 when that is not known. */
  learn(row: Float64Array, bodyBytes: number): void {
    this.#outputs.add(row[OUTPUT] ?? 0);
    const input = inputOf(row);
    if (!(bodyBytes > 0) || input === 0) return;
    this.inputSamples += 1;
    const alpha = Math.max(1 / this.inputSamples, MIN_ALPHA);
    this.tokensPerByte += alpha * (input / bodyBytes - this.tokensPerByte);
    this.readShare += alpha * ((row[CACHE_READ] ?? 0) / input - this.readShare);
    this.creationShare += alpha * ((row[CACHE_CREATION] ?? 0) / input - this.creationShare);
  }

  /** p75 of the recent outputs. */
  get outputTokens(): number {
    return this.#outputs.percentile(0.75) ?? START_OUTPUT_TOKENS;
  }

  /** What one input token weighs, by the learned shares of the classes; nothing is read from a cold cache. */
  inputWeight(weights: TokenWeights, cacheWarm: boolean): number {
    const read = cacheWarm ? this.readShare : 0;
    const plain = Math.max(0, 1 - read - this.creationShare);
    return plain * weights.input + read * weights.cacheRead + this.creationShare * weights.cacheCreation;
  }

  toJSON(): PredictorState {
    return {
      inputSamples: this.inputSamples,
      tokensPerByte: this.tokensPerByte,
      readShare: this.readShare,
      creationShare: this.creationShare,
      outputs: this.#outputs.toJSON(),
    };
  }

  restore(state: PredictorState): void {
    this.inputSamples = state.inputSamples;
    this.tokensPerByte = state.tokensPerByte;
    this.readShare = state.readShare;
    this.creationShare = state.creationShare;
    this.#outputs.restore(state.outputs);
  }
}

export interface PredictorState {
  readonly inputSamples: number;
  readonly tokensPerByte: number;
  readonly readShare: number;
  readonly creationShare: number;
  readonly outputs: readonly number[];
}
