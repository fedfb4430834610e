/** Making a formatter costs a millisecond, a screen asks for dozens of times. */
const formatters = new Map<string, Intl.DateTimeFormat>();

/** Beyond this a time cannot be shown, and the formatter throws. */
const MAX_TS = 8_640_000_000_000;

/** `19:41:07` @param ts Epoch seconds. */
export function secondsText(ts: number, timeZone: string | undefined): string {
  return format(ts, timeZone, false);
}

/** `19:41:07 UTC` */
export function zonedSecondsText(ts: number, timeZone: string | undefined): string {
  return format(ts, timeZone, true);
}

function format(ts: number, timeZone: string | undefined, isZoned: boolean): string {
  if (!(Math.abs(ts) <= MAX_TS)) return "?";
  const key = `${timeZone ?? ""} ${isZoned}`;
  const known = formatters.get(key);
  const formatter =
    known ??
    new Intl.DateTimeFormat("en-GB", {
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      hourCycle: "h23",
      ...(isZoned ? { timeZoneName: "short" } : {}),
      ...(timeZone === undefined ? {} : { timeZone }),
    });
  formatters.set(key, formatter);
  return formatter.format(ts * 1000);
}
