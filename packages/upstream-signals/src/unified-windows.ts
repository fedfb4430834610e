import type { HeaderReader, WindowReading } from "@ccp/usage-contract";
import { epochMs } from "@ccp/usage-contract/core";
import { findStamp } from "./http-date.ts";
import { asAmount, asRatio } from "./text/values.ts";
import { windowLengthMs } from "./window-name.ts";

/**
 * Headers that can also list their names, as the `Headers` of the platform do. With the list any window is found;
 * without it only those known by name.
 */
export interface ListedHeaders extends HeaderReader {
  keys?(): Iterable<string>;
}

export const UNIFIED_PREFIX = "anthropic-ratelimit-unified-";

/** `5h` binds the account; a family behind an underscore binds only the models of that family. */
const WINDOW_HEADER = /^(\d{1,3}[mhdw](?:_[a-z0-9_]+)?)-(?:status|utilization|reset)$/;
const STATUSES = ["allowed", "allowed_warning", "rejected"] as const;

/** A window's name, and what hangs on the name alone. */
interface NamedWindow {
  readonly name: string;
  readonly lengthMs: number | null;
  readonly scope: WindowReading["scope"];
  readonly statusHeader: string;
  readonly utilizationHeader: string;
  readonly resetHeader: string;
}

function nameWindow(name: string): NamedWindow {
  return {
    name,
    lengthMs: windowLengthMs(name),
    scope: name.includes("_") ? "model" : "account",
    statusHeader: `${UNIFIED_PREFIX}${name}-status`,
    utilizationHeader: `${UNIFIED_PREFIX}${name}-utilization`,
    resetHeader: `${UNIFIED_PREFIX}${name}-reset`,
  };
}

/** Made once: every answer of a subscription carries some of them. */
const KNOWN_WINDOWS: ReadonlyMap<string, NamedWindow> = new Map(
  ["5h", "7d", "7d_oi", "7d_opus", "7d_sonnet", "7d_haiku"].map((name) => [name, nameWindow(name)]),
);

/**
 * Reads the windows of a subscription, `anthropic-ratelimit-unified-<window>-{status,utilization,reset}`, whatever
 * the windows are called. The aggregate and the overage headers are no windows: overage is `rejected` on good
 * answers too, wherever none was bought.
 */
export function readUnifiedWindows(headers: ListedHeaders): WindowReading[] {
  const readings: WindowReading[] = [];
  for (const window of windowsIn(headers)) {
    const reading = readWindow(headers, window);
    if (reading.status !== null || reading.usedRatio !== null || reading.resetAtMs !== null) {
      readings.push(reading);
    }
  }
  return readings;
}

function windowsIn(headers: ListedHeaders): Iterable<NamedWindow> {
  if (typeof headers.keys !== "function") return KNOWN_WINDOWS.values();
  const names: string[] = [];
  for (const key of headers.keys()) {
    const header = key.toLowerCase();
    if (!header.startsWith(UNIFIED_PREFIX)) continue;
    const name = WINDOW_HEADER.exec(header.slice(UNIFIED_PREFIX.length))?.[1];
    if (name !== undefined && !names.includes(name)) names.push(name);
  }
  return names.sort().map((name) => KNOWN_WINDOWS.get(name) ?? nameWindow(name));
}

function readWindow(headers: HeaderReader, window: NamedWindow): WindowReading {
  const status = headers.get(window.statusHeader);
  return {
    name: window.name,
    lengthMs: window.lengthMs,
    usedRatio: asRatio(headers.get(window.utilizationHeader)?.trim()),
    resetAtMs: readReset(headers.get(window.resetHeader)),
    status: STATUSES.find((known) => known === status) ?? null,
    scope: window.scope,
    source: "header",
    usedAmount: null,
    limitAmount: null,
  };
}

/** Epoch seconds, as these headers carry them; milliseconds and an RFC 3339 time are understood too. Returns epoch ms. */
export function readReset(value: string | null): number | null {
  const seconds = asAmount(value?.trim());
  if (seconds === null) return value === null ? null : findStamp(value, null);
  return epochMs(seconds);
}
