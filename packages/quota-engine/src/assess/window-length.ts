const NAMED_LENGTH = /^(\d{1,4})([mhd])$/;
const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The length that a window's name tells (`5h`, `7d`); `null` for names that tell none. */
export function windowLengthMs(name: string): number | null {
  const [, count, unit] = NAMED_LENGTH.exec(name) ?? [];
  const unitMs = unit === undefined ? undefined : UNIT_MS[unit];
  return unitMs === undefined ? null : Number(count) * unitMs;
}

/**
 * The name of a window of that length.
 *
 * @example
 * windowLabel(18_000_000); // => "5h"
 */
export function windowLabel(lengthMs: number): string {
  for (const [unit, unitMs] of [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["m", 60_000],
  ] as const) {
    if (lengthMs >= unitMs && lengthMs % unitMs === 0) return `${lengthMs / unitMs}${unit}`;
  }
  return `${lengthMs / 1000}s`;
}
