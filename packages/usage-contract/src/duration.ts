const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/;
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * Reads a duration as a person writes it: a number and one unit out of `ms`, `s`, `m`, `h`.
 *
 * @returns Milliseconds, or `null` for anything else. A number without a unit is `null` too: it could mean either.
 * @example
 * parseDuration("1.5s"); // => 1500
 */
export function parseDuration(text: string): number | null {
  const [, amount, unit] = DURATION.exec(text.trim().toLowerCase()) ?? [];
  const unitMs = UNIT_MS[unit ?? ""];
  return amount === undefined || unitMs === undefined ? null : Number(amount) * unitMs;
}
