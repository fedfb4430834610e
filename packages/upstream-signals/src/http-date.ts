// biome-ignore lint/style/noRestrictedGlobals: turns given fields into epoch ms; reads no clock and no local zone
const utcMs = Date.UTC;

const MINUTE_MS = 60_000;
const YEAR_MS = 31_556_952_000;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const IMF_FIXDATE =
  /^[A-Z][a-z]{2}, (?<day>\d\d) (?<month>[A-Z][a-z]{2}) (?<year>\d{4}) (?<time>[\d:]{8}) GMT$/;
const RFC_850 = /^[A-Z][a-z]+day, (?<day>\d\d)-(?<month>[A-Z][a-z]{2})-(?<year>\d\d) (?<time>[\d:]{8}) GMT$/;
const ASCTIME = /^[A-Z][a-z]{2} (?<month>[A-Z][a-z]{2}) (?<day>[ \d]\d) (?<time>[\d:]{8}) (?<year>\d{4})$/;
const TIME = /^(\d\d):(\d\d):(\d\d)$/;
const STAMP =
  /(?<!\d)(?<date>\d{4}-\d\d-\d\d)(?:[T ]| at )(?<time>\d\d:\d\d(?::\d\d)?)(?:\.(?<fraction>\d+))? ?(?<zone>(?:Z|UTC|GMT)\b|[+-]\d\d:?\d\d)?/i;

/**
 * Reads an HTTP date in its three forms (RFC 9110, 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`,
 * `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`.
 *
 * @param nowMs Epoch ms; only to complete a two-digit year, which is never more than 50 years ahead.
 * @returns Epoch ms, or `null` for anything else.
 */
export function parseHttpDate(text: string, nowMs: number): number | null {
  const groups = (IMF_FIXDATE.exec(text) ?? RFC_850.exec(text) ?? ASCTIME.exec(text))?.groups;
  const time = TIME.exec(groups?.time ?? "");
  if (groups === undefined || time === null) return null;
  const year = groups.year?.length === 2 ? fullYear(Number(groups.year), nowMs) : Number(groups.year);
  const month = MONTHS.indexOf(groups.month ?? "");
  return epochMs(year, month, Number(groups.day), Number(time[1]), Number(time[2]), Number(time[3]));
}

/**
 * Finds the first date with a time in a text: RFC 3339 (`2026-05-20T20:00:00Z`, any offset, fractions of a second),
 * the same with a blank or ` at ` in the middle, with `UTC`, or without a zone.
 *
 * @param naiveOffsetMinutes The zone of a stamp that names none, in minutes east of UTC (480 for UTC+8);
 *   `null`: such a stamp is not believed.
 * @returns Epoch ms, or `null` when there is none.
 */
export function findStamp(text: string, naiveOffsetMinutes: number | null): number | null {
  const groups = STAMP.exec(text)?.groups;
  if (groups === undefined) return null;
  const offsetMinutes = groups.zone === undefined ? naiveOffsetMinutes : zoneMinutes(groups.zone);
  if (offsetMinutes === null) return null;
  const [year, month, day] = (groups.date ?? "").split("-").map(Number);
  const [hour, minute, second] = (groups.time ?? "").split(":").map(Number);
  const localMs = epochMs(year ?? 0, (month ?? 0) - 1, day ?? 0, hour ?? 0, minute ?? 0, second ?? 0);
  if (localMs === null) return null;
  const fractionMs = Math.floor(Number(`0.${groups.fraction ?? "0"}`) * 1000);
  const ms = localMs + fractionMs - offsetMinutes * MINUTE_MS;
  return ms < 0 ? null : ms;
}

function zoneMinutes(zone: string): number {
  const offset = /^([+-])(\d\d):?(\d\d)$/.exec(zone);
  if (offset === null) return 0;
  const minutes = Number(offset[2]) * 60 + Number(offset[3]);
  return offset[1] === "-" ? -minutes : minutes;
}

function fullYear(twoDigits: number, nowMs: number): number {
  const nowYear = 1970 + Math.floor(nowMs / YEAR_MS);
  const year = nowYear - (nowYear % 100) + twoDigits;
  return year > nowYear + 50 ? year - 100 : year;
}

/** `null` for a day or hour that does not exist; `Date.UTC` would roll over into the next one. */
function epochMs(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): number | null {
  if (year < 1970 || day < 1 || day > (MONTH_DAYS[month] ?? 0)) return null;
  if (hour > 23 || minute > 59 || second > 60) return null;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (month === 1 && day === 29 && !leap) return null;
  return utcMs(year, month, day, hour, minute, second);
}
