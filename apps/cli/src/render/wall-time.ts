/** What a clock on the wall shows. */
export interface WallTime {
  /** `Sat` */
  readonly weekday: string;
  /** `1` to `31` */
  readonly day: string;
  /** `Nov` */
  readonly month: string;
  /** `19:41` */
  readonly clock: string;
  /** `07` */
  readonly second: string;
  /** `UTC`, `UTC-5`, `UTC+5:30` */
  readonly zone: string;
}

/** Beyond this no calendar has a date. */
const MAX_TS = 8_640_000_000_000;
const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/**
 * @param ts Epoch seconds.
 * @param timeZone IANA name; `undefined` is the zone this process runs in, which costs next to nothing, while the first
 *   formatter for another one takes 16 ms of a command's start.
 * @returns `null` for a time that no calendar has.
 */
export function wallTime(ts: number, timeZone: string | undefined): WallTime | null {
  if (!(Math.abs(ts) <= MAX_TS)) return null;
  return timeZone === undefined ? ownWallTime(new Date(ts * 1000)) : zonedWallTime(ts, timeZone);
}

function ownWallTime(date: Date): WallTime {
  return {
    weekday: WEEKDAYS[date.getDay()] ?? "",
    day: String(date.getDate()),
    month: MONTHS[date.getMonth()] ?? "",
    clock: `${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`,
    second: twoDigits(date.getSeconds()),
    zone: offsetText(-date.getTimezoneOffset()),
  };
}

function offsetText(minutes: number): string {
  if (minutes === 0) return "UTC";
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `UTC${minutes < 0 ? "-" : "+"}${hours}${rest === 0 ? "" : `:${twoDigits(rest)}`}`;
}

const twoDigits = (value: number): string => String(value).padStart(2, "0");

const formatters = new Map<string, Intl.DateTimeFormat>();

function zonedWallTime(ts: number, timeZone: string): WallTime {
  const formatter = formatters.get(timeZone) ?? newFormatter(timeZone);
  formatters.set(timeZone, formatter);
  const parts = new Map(formatter.formatToParts(ts * 1000).map(({ type, value }) => [type, value]));
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? "";
  return {
    weekday: part("weekday"),
    day: part("day"),
    // British English has "Sept".
    month: part("month").slice(0, 3),
    clock: `${part("hour")}:${part("minute")}`,
    second: part("second").padStart(2, "0"),
    zone: part("timeZoneName").replace(/^GMT(?:\+0$)?/, "UTC"),
  };
}

function newFormatter(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat("en-GB", {
    weekday: "short",
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZoneName: "shortOffset",
    timeZone,
  });
}
