/** An object that is no list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

export function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** Reads a list row by row; what is no list, and rows that are not valid, give nothing. */
export function readRows<T>(value: unknown, read: (row: Readonly<Record<string, unknown>>) => T | null): T[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((row: unknown) => {
    const entry = isRecord(row) ? read(row) : null;
    return entry === null ? [] : [entry];
  });
}
