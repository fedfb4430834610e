import { epochMs, isUsedRatio } from "@ccp/usage-contract/core";

export type JsonObject = Readonly<Record<string, unknown>>;

export function asObject(value: unknown): JsonObject | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}

export function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A string that says something; `null` for an empty one. */
export function asText(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** A finite number of at least 0, also when it is written as a decimal string. */
export function asAmount(value: unknown): number | null {
  const number = typeof value === "string" && /^\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) && number >= 0 ? number : null;
}

/** The used share of a window; `null` for what can be none. */
export function asRatio(value: unknown): number | null {
  const ratio = asAmount(value);
  return isUsedRatio(ratio) ? ratio : null;
}

/** An epoch time of whichever unit as ms; `null` for what is none. */
export function asTimeMs(value: unknown): number | null {
  const amount = asAmount(value);
  return amount === null ? null : epochMs(amount);
}

/** Parses JSON text; `undefined` for text that is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
