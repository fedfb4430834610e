import { type Sample, SampleRing } from "./sample-ring.ts";
import {
  type BiasSummary,
  type GapSeed,
  type GapSummary,
  summarizeGaps,
  summarizeRatios,
  TRUSTED,
} from "./summarize.ts";

/**
 * A ratio outside of these says nothing about a cap: below, the traffic was someone else's (or the engine has just
 * started counting); above, the sample is broken.
 */
const MIN_BIAS = 0.05;
const MAX_BIAS = 20;

export interface ProbeSeed {
  readonly gaps: GapSeed | null;
  /** Bias samples that a probe measured. */
  readonly biases: readonly number[];
}

const NO_SEED: ProbeSeed = { gaps: null, biases: [] };

/** What was learned about one window of one model or pool. Recomputed at each sample and each tick. */
export class Calibration {
  readonly #gaps: SampleRing = new SampleRing();
  readonly #biases: SampleRing = new SampleRing();
  #seed: ProbeSeed = NO_SEED;
  gap: GapSummary = { p50: null, p95: null, samples: 0 };
  learned: BiasSummary = { bias: null, confidence: 0, samples: 0 };

  /** What to multiply a configured capacity with: 1 until the bias is trusted. */
  get trustedBias(): number {
    return this.learned.confidence >= TRUSTED ? (this.learned.bias ?? 1) : 1;
  }

  /** @param gapSec Calculated minus declared reset. */
  addGap(gapSec: number, atMs: number): void {
    this.#gaps.add(gapSec, atMs);
    this.recompute(atMs);
  }

  /** @param ratio Calculated ÷ true share of the capacity. */
  addBias(ratio: number, atMs: number): void {
    if (!isUsableBias(ratio)) return;
    this.#biases.add(ratio, atMs);
    this.recompute(atMs);
  }

  setSeed(seed: ProbeSeed | null, nowMs: number): void {
    this.#seed = seed ?? NO_SEED;
    this.recompute(nowMs);
  }

  /** Fades old samples and sums up the rest. */
  recompute(nowMs: number): void {
    this.#gaps.fade(nowMs);
    this.#biases.fade(nowMs);
    this.gap = summarizeGaps(this.#gaps.values(), this.#seed.gaps);
    this.learned = summarizeRatios([...this.#biases.values(), ...this.#seed.biases]);
  }

  toJSON(): CalibrationState {
    return { gaps: this.#gaps.toJSON(), biases: this.#biases.toJSON() };
  }

  restore(state: CalibrationState, nowMs: number): void {
    this.#gaps.restore(state.gaps);
    this.#biases.restore(state.biases);
    this.recompute(nowMs);
  }
}

export function isUsableBias(ratio: number): boolean {
  return ratio >= MIN_BIAS && ratio <= MAX_BIAS;
}

export interface CalibrationState {
  readonly gaps: readonly Sample[];
  readonly biases: readonly Sample[];
}
