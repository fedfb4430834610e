import { usageError } from "../args/usage-error.ts";

const UNITS_SEC: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400, w: 604_800 };

/**
 * Reads a point in the past: `90m`, `24h`, `7d`, `2w` before now, a day (`2026-11-01`, at its start here) or a time with
 * its zone (RFC 3339).
 *
 * @returns Epoch ms; `null` for anything else.
 */
export function parseSince(text: string, nowMs: number): number | null {
  const [, count, unit] = /^(\d{1,5})([mhdw])$/.exec(text) ?? [];
  if (count !== undefined) return nowMs - Number(count) * (UNITS_SEC[unit ?? ""] ?? 0) * 1000;
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  if (!isDay && !/^\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:\d{2})$/.test(text)) return null;
  // Without a zone the time is local.
  const ms = Date.parse(isDay ? `${text}T00:00:00` : text);
  return Number.isFinite(ms) ? ms : null;
}

/** The value of `--since`, or a usage error that says what it may be. `null` when it was not given. */
export function readSince(text: string | null, nowMs: number, cc: string, command: string): number | null {
  if (text === null) return null;
  const since = parseSince(text, nowMs);
  if (since !== null) return since;
  const why = "expected 90m, 24h, 7d, 2w, 2026-11-01 or an RFC 3339 time";
  throw usageError(`--since ${text} is no time`, why, cc, command);
}
