import type { Speeds } from "@ccp/usage-contract";
import { ascending, percentile } from "../calibration/percentile.ts";

const MAX_SAMPLES = 128;

export interface TtftSample {
  readonly atMs: number;
  readonly ms: number;
}

/** The newest times to first byte. */
export class TtftRing {
  readonly #atMs: Float64Array = new Float64Array(MAX_SAMPLES);
  readonly #ms: Float64Array = new Float64Array(MAX_SAMPLES);
  #next = 0;
  #count = 0;

  add(atMs: number, ms: number): void {
    this.#atMs[this.#next] = atMs;
    this.#ms[this.#next] = ms;
    this.#next = this.#next + 1 === MAX_SAMPLES ? 0 : this.#next + 1;
    if (this.#count < MAX_SAMPLES) this.#count += 1;
  }

  /** Percentiles of the samples after `sinceMs`; `null` without any. */
  view(sinceMs: number): Speeds["ttft_ms"] {
    const sorted = ascending(
      this.samples()
        .filter((sample) => sample.atMs > sinceMs)
        .map((sample) => sample.ms),
    );
    return { p50: percentile(sorted, 0.5), p90: percentile(sorted, 0.9), p99: percentile(sorted, 0.99) };
  }

  /** Oldest first. */
  samples(): TtftSample[] {
    return Array.from({ length: this.#count }, (_, index) => {
      const slot = (this.#next - this.#count + index + MAX_SAMPLES) % MAX_SAMPLES;
      return { atMs: this.#atMs[slot] ?? 0, ms: this.#ms[slot] ?? 0 };
    });
  }
}
