import type { HeaderReader, WindowReading } from "@ccp/usage-contract";
import { findStamp } from "./http-date.ts";
import { asAmount } from "./text/values.ts";
import { windowLengthMs } from "./window-name.ts";

/**
 * Headers that can also list their names, as the `Headers` of the platform do. With the list any window is found;
 * without it only those known by name.
 */
export interface ListedHeaders extends HeaderReader {
  keys?(): Iterable<string>;
}

export const UNIFIED_PREFIX = "anthropic-ratelimit-unified-";

const KNOWN_WINDOWS = ["5h", "7d", "7d_oi", "7d_opus", "7d_sonnet", "7d_haiku"];
/** `5h` binds the account; a family behind an underscore binds only the models of that family. */
const WINDOW_HEADER =
  /^anthropic-ratelimit-unified-(?<name>\d{1,3}[mhdw](?:_[a-z0-9_]+)?)-(?:status|utilization|reset)$/;
const STATUSES = ["allowed", "allowed_warning", "rejected"] as const;

/**
 * Reads the windows of a subscription, `anthropic-ratelimit-unified-<window>-{status,utilization,reset}`, whatever
 * the windows are called. The aggregate and the overage headers are no windows: overage is `rejected` on good
 * answers too, wherever none was bought.
 */
export function readUnifiedWindows(headers: ListedHeaders): WindowReading[] {
  return windowNames(headers)
    .map((name) => readWindow(headers, name))
    .filter((window) => window.status !== null || window.usedRatio !== null || window.resetAtMs !== null);
}

function windowNames(headers: ListedHeaders): readonly string[] {
  if (typeof headers.keys !== "function") return KNOWN_WINDOWS;
  const names = new Set<string>();
  for (const key of headers.keys()) {
    const name = WINDOW_HEADER.exec(key.toLowerCase())?.groups?.name;
    if (name !== undefined) names.add(name);
  }
  return [...names].sort();
}

function readWindow(headers: HeaderReader, name: string): WindowReading {
  const status = headers.get(`${UNIFIED_PREFIX}${name}-status`);
  return {
    name,
    lengthMs: windowLengthMs(name),
    usedRatio: asAmount(headers.get(`${UNIFIED_PREFIX}${name}-utilization`)?.trim()),
    resetAtMs: readReset(headers.get(`${UNIFIED_PREFIX}${name}-reset`)),
    status: STATUSES.find((known) => known === status) ?? null,
    scope: name.includes("_") ? "model" : "account",
    source: "header",
    usedAmount: null,
    limitAmount: null,
  };
}

/** Epoch seconds, as these headers carry them; an RFC 3339 time is understood too. Returns epoch ms. */
export function readReset(value: string | null): number | null {
  const seconds = asAmount(value?.trim());
  if (seconds === null) return value === null ? null : findStamp(value, null);
  const resetAtMs = seconds * 1000;
  return resetAtMs > 0 && Number.isFinite(resetAtMs) ? resetAtMs : null;
}
