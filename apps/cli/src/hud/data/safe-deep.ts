import { safeText } from "../../render/safe-text.ts";

/**
 * The same value with every text in it, keys included, fit for a terminal. Done once where data comes in: names of
 * models and messages of upstreams are then measured as they will be shown.
 */
export function safeDeep<T>(value: T): T;
export function safeDeep(value: unknown): unknown {
  if (typeof value === "string") return safeText(value);
  if (Array.isArray(value)) return value.map((one) => safeDeep(one));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [safeText(key), safeDeep(one)]));
}
