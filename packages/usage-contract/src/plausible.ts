/** Declared windows end a little above their limit (1.04 was seen): what lies far above it is a number of another kind. */
const MAX_USED_RATIO = 2;

/** Whether a number can be the used share of a window: 0 to 2. A time, a percentage for a ratio and `1e300` cannot. */
export function isUsedRatio(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= MAX_USED_RATIO;
}

/** The largest time a date can hold, ms. */
const MAX_TIME_MS = 8.64e15;
/** As seconds it would be the year 5138: from here on a number is milliseconds, and a thousand times as far microseconds. */
const FIRST_MS = 1e11;

/**
 * An epoch time, whichever unit its sender counts in, as milliseconds.
 *
 * @returns `null` for what is no time after 1970.
 * @example
 * epochMs(1_796_100_689); // => 1_796_100_689_000
 * epochMs(1_796_100_689_000); // => 1_796_100_689_000
 */
export function epochMs(value: number): number | null {
  const unit = value < FIRST_MS ? 1000 : value < FIRST_MS * 1000 ? 1 : 1 / 1000;
  const ms = value * unit;
  return ms > 0 && ms <= MAX_TIME_MS ? ms : null;
}
