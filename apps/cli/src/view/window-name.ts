const UNIT_SEC: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400 };

/**
 * Length of a window by its name.
 *
 * @returns Seconds; `null` where the name tells none (`month`).
 * @example
 * windowSeconds("7d_oi"); // => 604800
 */
export function windowSeconds(name: string): number | null {
  const [, amount, unit] = /^(\d{1,4})([mhd])(?:$|_)/.exec(name) ?? [];
  const unitSec = UNIT_SEC[unit ?? ""];
  return amount === undefined || unitSec === undefined ? null : Number(amount) * unitSec;
}

/** Name of a window by its length: `5h`, `7d`, `90m`. */
export function windowLabel(seconds: number): string {
  for (const unit of ["d", "h", "m"]) {
    const unitSec = UNIT_SEC[unit] ?? 1;
    if (seconds >= unitSec && seconds % unitSec === 0) return `${seconds / unitSec}${unit}`;
  }
  return `${Math.round(seconds)}s`;
}
