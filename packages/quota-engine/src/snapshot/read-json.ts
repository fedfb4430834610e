/** Readers for JSON that may be anything: each gives a usable value or the stand-in. */
export type Json = Readonly<Record<string, unknown>>;

export function asObject(value: unknown): Json | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : null;
}

export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function asObjects(value: unknown): Json[] {
  return asList(value)
    .map(asObject)
    .filter((item) => item !== null);
}

export function asText(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** A finite number, else `null`. */
export function asNumber(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** More than any bucket ever holds; sums of such numbers stay exact. */
const MAX_COUNT = 1e12;

/** A number from 0 to {@link MAX_COUNT}, else 0 or the limit: a sum must never become infinite, or NaN after that. */
export function asCount(value: unknown): number {
  return Math.min(MAX_COUNT, Math.max(0, asNumber(value) ?? 0));
}

/** The finite numbers of a list. */
export function asNumbers(value: unknown): number[] {
  return asList(value).filter((item) => asNumber(item) !== null) as number[];
}
