const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/**
 * A window by its length, as upstreams name theirs.
 *
 * @returns `null` where the length is no whole number of hours.
 * @example
 * windowName(18_000_000); // => "5h"
 * windowName(604_800_000); // => "7d"
 */
export function windowName(lengthMs: number): string | null {
  if (lengthMs % DAY_MS === 0) return `${lengthMs / DAY_MS}d`;
  return lengthMs % HOUR_MS === 0 ? `${lengthMs / HOUR_MS}h` : null;
}
