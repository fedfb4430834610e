const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ["m", MINUTE_MS],
  ["h", HOUR_MS],
  ["d", DAY_MS],
  ["w", 7 * DAY_MS],
]);

/** Length in ms of a window called `5h`, `7d`, `7d_oi`; `null` for names without a length, such as `month`. */
export function windowLengthMs(name: string): number | null {
  const match = /^(\d{1,3})([mhdw])(?:_|$)/.exec(name);
  const unitMs = UNIT_MS.get(match?.[2] ?? "");
  return unitMs === undefined ? null : Number(match?.[1]) * unitMs;
}

/** The name of a window of this length: `7d`, `5h`, `90m`; `null` for no whole number of minutes. */
export function windowName(lengthMs: number): string | null {
  if (!(lengthMs > 0)) return null;
  if (lengthMs % DAY_MS === 0) return `${lengthMs / DAY_MS}d`;
  if (lengthMs % HOUR_MS === 0) return `${lengthMs / HOUR_MS}h`;
  return lengthMs % MINUTE_MS === 0 ? `${lengthMs / MINUTE_MS}m` : null;
}

/** The window that a message names in words: `5-hour`, `past 7 days`, `weekly`, `每周`; `null` for none. */
export function windowInWords(message: string | null): string | null {
  const text = message ?? "";
  const hours = /(\d{1,3})[ -]?(?:hour|小时)/i.exec(text)?.[1];
  if (hours !== undefined) return `${Number(hours)}h`;
  const days = /(\d{1,3})[ -]?(?:day|天)/i.exec(text)?.[1];
  if (days !== undefined) return `${Number(days)}d`;
  const week = /week|周/i.test(text);
  const month = /month|每月|月度/i.test(text);
  if (week === month) return null;
  return week ? "7d" : "month";
}
