import type { WeeklyAnchor } from "@ccp/usage-contract";

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** The epoch began on a Thursday. */
const EPOCH_WEEKDAY = 4;

/**
 * The last reset at or before `wallMs` of a window that resets at a fixed weekday and time in UTC.
 *
 * @param periodMs Length of the window; 7 d for a week.
 * @example
 * weeklyBoundary(Date.UTC(2026, 0, 7, 12), { weekday: 1, hour: 9, minute: 0 }, 604_800_000);
 * // => Monday 2026-01-05 09:00 UTC
 */
export function weeklyBoundary(wallMs: number, anchor: WeeklyAnchor, periodMs: number): number {
  const days = (anchor.weekday - EPOCH_WEEKDAY + 7) % 7;
  const phase = days * DAY_MS + anchor.hour * HOUR_MS + anchor.minute * 60_000;
  return Math.floor((wallMs - phase) / periodMs) * periodMs + phase;
}
