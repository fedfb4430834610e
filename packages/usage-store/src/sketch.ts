/** Two values in one bucket differ by at most this factor: a quantile is right within one percent. */
const GROWTH = 1.02;
/** So few values are kept as they are: their quantiles are exact. */
const MAX_EXACT = 32;
const LOG_GROWTH = Math.log(GROWTH);

/**
 * The distribution of times, small and mergeable: the same values give the same sketch in whatever order and by
 * whatever merges they came together.
 */
export class Sketch {
  /** Sorted; `null` once there are too many. */
  #exact: number[] | null = [];
  readonly #buckets = new Map<number, number>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** @param value Not negative; anything else is passed over. */
  add(value: number): void {
    if (!(value >= 0) || !Number.isFinite(value)) return;
    this.#count += 1;
    if (this.#exact === null) {
      this.#put(bucketOf(value), 1);
      return;
    }
    this.#exact.push(value);
    if (this.#exact.length <= MAX_EXACT) this.#exact.sort((a, b) => a - b);
    else this.#spread();
  }

  merge(other: Sketch): void {
    if (other.#exact !== null) {
      for (const value of other.#exact) this.add(value);
      return;
    }
    if (this.#exact !== null) this.#spread();
    this.#count += other.#count;
    for (const [bucket, times] of other.#buckets) this.#put(bucket, times);
  }

  /** @param share 0..1. By linear interpolation while the values are kept, then within one percent. */
  quantile(share: number): number | null {
    if (this.#exact !== null) return interpolate(this.#exact, share);
    const rank = share * (this.#count - 1);
    let passed = 0;
    for (const [bucket, times] of this.#sorted()) {
      passed += times;
      if (passed > rank) return middleOf(bucket);
    }
    return null;
  }

  /** A short text of the sketch; equal sketches give equal texts. */
  toText(): string {
    if (this.#exact !== null) return this.#exact.map((value) => Math.round(value * 1000) / 1000).join(" ");
    return this.#sorted()
      .map(([bucket, times]) => `${bucket}:${times}`)
      .join(" ");
  }

  /** Reads {@link toText}; what is no such text gives an empty sketch. */
  static fromText(text: string): Sketch {
    const sketch = new Sketch();
    for (const part of text === "" ? [] : text.split(" ")) {
      const [first = "", times] = part.split(":");
      if (times === undefined) sketch.add(Number(first));
      else sketch.#take(Number(first), Number(times));
    }
    return sketch;
  }

  #take(bucket: number, times: number): void {
    if (!Number.isSafeInteger(bucket) || !Number.isSafeInteger(times) || times < 1) return;
    this.#exact = null;
    this.#count += times;
    this.#put(bucket, times);
  }

  #spread(): void {
    for (const value of this.#exact ?? []) this.#put(bucketOf(value), 1);
    this.#exact = null;
  }

  #put(bucket: number, times: number): void {
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + times);
  }

  #sorted(): [number, number][] {
    return [...this.#buckets].sort(([a], [b]) => a - b);
  }
}

/** Bucket 0 holds what is under 1. */
function bucketOf(value: number): number {
  return value < 1 ? 0 : 1 + Math.floor(Math.log(value) / LOG_GROWTH);
}

/** The middle of a bucket. */
function middleOf(bucket: number): number {
  return bucket === 0 ? 0.5 : Math.round(GROWTH ** (bucket - 0.5) * 1000) / 1000;
}

function interpolate(sorted: readonly number[], share: number): number | null {
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)];
  const high = sorted[Math.ceil(at)];
  return low === undefined || high === undefined ? null : low + (high - low) * (at - Math.floor(at));
}
