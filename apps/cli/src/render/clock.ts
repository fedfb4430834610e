import { spanText } from "./quantity.ts";
import { type WallTime, wallTime } from "./wall-time.ts";

const DAY_SEC = 86_400;

/**
 * Clock and countdown: `21:20 (1h39m)`, beyond 24 h `Tue 09:00 (2d13h)`, beyond a week with the date.
 *
 * @param ts Epoch seconds.
 * @param brief Drops the time of day beyond 24 h: `Tue (2d13h)`.
 */
export function resetText(ts: number, nowSec: number, timeZone: string | undefined, brief = false): string {
  const left = ts - nowSec;
  if (left <= 0) return `${clockText(ts, timeZone)} (now)`;
  return `${dayAndClock(ts, left, timeZone, brief)} (${spanText(left)})`;
}

/** When a cooldown ends, or ended: `21:20 (1h39m)`, afterwards `was until 21:20`. */
export function untilText(ts: number, nowSec: number, timeZone: string | undefined): string {
  if (ts > nowSec) return resetText(ts, nowSec, timeZone);
  return `was until ${dayAndClock(ts, nowSec - ts, timeZone, false)}`;
}

function dayAndClock(ts: number, left: number, timeZone: string | undefined, brief: boolean): string {
  if (left <= DAY_SEC) return clockText(ts, timeZone);
  const { weekday, day, month, clock } = timeParts(ts, timeZone);
  const date = left > 7 * DAY_SEC ? `${day} ${month}` : weekday;
  return brief ? date : `${date} ${clock}`;
}

/** When something was last known: `19:12 (29m ago)`, beyond 24 h `Tue 09:00 (2d13h ago)`. */
export function asOfText(ts: number, nowSec: number, timeZone: string | undefined): string {
  const age = Math.max(0, nowSec - ts);
  return `${dayAndClock(ts, age, timeZone, false)} (${spanText(age)} ago)`;
}

/** `19:41` */
export function clockText(ts: number, timeZone: string | undefined): string {
  return timeParts(ts, timeZone).clock;
}

/** `19:41:07` */
export function secondsClockText(ts: number, timeZone: string | undefined): string {
  const { clock, second } = timeParts(ts, timeZone);
  return second === "" ? clock : `${clock}:${second}`;
}

/** `19:41:07 UTC` */
export function zonedClockText(ts: number, timeZone: string | undefined): string {
  const { zone } = timeParts(ts, timeZone);
  return `${secondsClockText(ts, timeZone)}${zone === "" ? "" : ` ${zone}`}`;
}

/** `Sat 21 Nov` */
export function dayText(ts: number, timeZone: string | undefined): string {
  const { weekday, day, month } = timeParts(ts, timeZone);
  return `${weekday} ${day} ${month}`;
}

/** `Sat 21 Nov 19:41 UTC` */
export function dateText(ts: number, timeZone: string | undefined): string {
  const { weekday, day, month, clock, zone } = timeParts(ts, timeZone);
  return `${weekday} ${day} ${month} ${clock} ${zone}`;
}

const NO_TIME: WallTime = { weekday: "?", day: "?", month: "?", clock: "?", second: "", zone: "" };

function timeParts(ts: number, timeZone: string | undefined): WallTime {
  return wallTime(ts, timeZone) ?? NO_TIME;
}
