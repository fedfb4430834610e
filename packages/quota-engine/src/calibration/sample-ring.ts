/** How many samples are kept, and for how long. */
export const MAX_SAMPLES = 64;
export const SAMPLE_LIFE_MS: number = 14 * 86_400_000;

export interface Sample {
  readonly atMs: number;
  readonly value: number;
}

/** The newest {@link MAX_SAMPLES} samples; older than {@link SAMPLE_LIFE_MS} they fade out. */
export class SampleRing {
  #samples: Sample[] = [];

  get length(): number {
    return this.#samples.length;
  }

  add(value: number, atMs: number): void {
    if (!Number.isFinite(value)) return;
    this.#samples.push({ atMs, value });
    if (this.#samples.length > MAX_SAMPLES) this.#samples.shift();
  }

  fade(nowMs: number): void {
    const oldest = this.#samples[0];
    if (oldest === undefined || nowMs - oldest.atMs <= SAMPLE_LIFE_MS) return;
    this.#samples = this.#samples.filter((sample) => nowMs - sample.atMs <= SAMPLE_LIFE_MS);
  }

  values(): number[] {
    return this.#samples.map((sample) => sample.value);
  }

  toJSON(): Sample[] {
    return [...this.#samples];
  }

  restore(samples: readonly Sample[]): void {
    this.#samples = samples.slice(-MAX_SAMPLES);
  }
}
