import { parseHttpDate } from "./http-date.ts";

/**
 * Reads a `retry-after` value: seconds (fractions allowed) or an HTTP date.
 *
 * The number is returned as it was sent, however large: what a window can mean is for the caller to clamp.
 *
 * @param nowMs Wall clock, epoch ms: an HTTP date is turned into a distance from here.
 * @returns Milliseconds, or `null` for absent, negative or unreadable values and for a date already past.
 * @example
 * parseRetryAfter("14", 0); // => 14_000
 * parseRetryAfter("-5", 0); // => null
 */
export function parseRetryAfter(value: string | null, nowMs: number): number | null {
  const text = (value ?? "").trim();
  if (/^\d+(\.\d+)?$/.test(text)) {
    const waitMs = Number(text) * 1000;
    return Number.isFinite(waitMs) ? Math.ceil(waitMs) : null;
  }
  const dateMs = parseHttpDate(text, nowMs);
  return dateMs === null || dateMs < nowMs ? null : dateMs - nowMs;
}
