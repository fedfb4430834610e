import type { TokenWeights } from "@ccp/usage-contract";
import type { RequestBody } from "../types.ts";
import { CACHE_CREATION, CACHE_READ, inputOf, OUTPUT } from "../window/columns.ts";
import { PerByte } from "./per-byte.ts";
import { RecentValues } from "./recent-values.ts";

/** Output tokens before anything was learned. */
export const START_OUTPUT_TOKENS = 500;
const RECENT_OUTPUTS = 64;
const RECENT_SURPLUSES = 32;
/** One or two odd answers are no rule: until then no more is believed than the prompts that vendors add on their own. */
const SURPLUSES_TO_TRUST = 3;
const USUAL_SURPLUS = 2000;
/** A new sample weighs at least this much, so that a model that changed is followed. */
const MIN_ALPHA = 1 / 16;

/** Learns, for one model on one lane, what a request takes from what the last ones took. */
export class Predictor {
  inputSamples = 0;
  /** All input classes per byte of text. */
  readonly perByte: PerByte = new PerByte();
  /** Share of the input that came from the cache. */
  readShare = 0;
  /** Share of the input that went into the cache. */
  creationShare = 0;
  readonly #surpluses: RecentValues = new RecentValues(RECENT_SURPLUSES);
  readonly #outputs: RecentValues = new RecentValues(RECENT_OUTPUTS);

  /** @param row What one answer took. @param body Of its request; nothing where that is not known. */
  learn(row: Float64Array, body: RequestBody): void {
    this.#outputs.add(row[OUTPUT] ?? 0);
    const input = inputOf(row);
    const surplus = this.perByte.learn(input, body);
    if (surplus === null) return;
    this.#surpluses.add(surplus);
    this.inputSamples += 1;
    const alpha = Math.max(1 / this.inputSamples, MIN_ALPHA);
    this.readShare += alpha * ((row[CACHE_READ] ?? 0) / input - this.readShare);
    this.creationShare += alpha * ((row[CACHE_CREATION] ?? 0) / input - this.creationShare);
  }

  /** Input tokens of a request that its bytes do not explain: the median of the recent ones. */
  get surplusTokens(): number {
    const surplus = this.#surpluses.percentile(0.5) ?? 0;
    return this.inputSamples < SURPLUSES_TO_TRUST ? Math.min(surplus, USUAL_SURPLUS) : surplus;
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
      perByte: this.perByte.toJSON(),
      surpluses: this.#surpluses.toJSON(),
      readShare: this.readShare,
      creationShare: this.creationShare,
      outputs: this.#outputs.toJSON(),
    };
  }

  restore(state: PredictorState): void {
    this.perByte.restore(state.perByte);
    this.#surpluses.restore(state.surpluses);
    // Without either, what was counted was none of what is learned now.
    const hasLearned = this.perByte.value !== null || this.#surpluses.percentile(0.5) !== null;
    this.inputSamples = hasLearned ? state.inputSamples : 0;
    this.readShare = state.readShare;
    this.creationShare = state.creationShare;
    this.#outputs.restore(state.outputs);
  }
}

export interface PredictorState {
  readonly inputSamples: number;
  readonly perByte: readonly number[];
  readonly surpluses: readonly number[];
  readonly readShare: number;
  readonly creationShare: number;
  readonly outputs: readonly number[];
}
