const UNKNOWN = "?";

/** `62%`. Never rounded onto 0 % or 100 %: those say that nothing was used, or all. `null` is `?`. */
export function percent(share: number | null): string {
  if (share === null) return UNKNOWN;
  const rounded = Math.round(share * 100);
  if (share > 0 && rounded === 0) return "<1%";
  return share < 1 && rounded === 100 ? "99%" : `${rounded}%`;
}

/** `840`, `41.2k`, `1.24M`: three digits that matter. `null` is `?`. */
export function tokens(count: number | null): string {
  if (count === null) return UNKNOWN;
  const units = [
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
  ] as const;
  for (const [size, unit] of units) {
    // 999.95k would round to 1000k.
    if (Math.abs(count) >= size * 0.9995) return `${threeDigits(count / size)}${unit}`;
  }
  return `${Math.round(count)}`;
}

/** The same for an axis, where round numbers stand: `5k`, `1.5M`. */
export function axisTokens(count: number): string {
  return tokens(count)
    .replace(/(\.\d*?)0+(?=[kMG])/, "$1")
    .replace(/\.(?=[kMG])/, "");
}

function threeDigits(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2);
}

/** `840 ms`, `2.1 s`, `1m 12s`. `null` is `–`: an answer that has not come has no time. */
export function duration(ms: number | null): string {
  if (ms === null) return "–";
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)}m ${pad(seconds % 60)}s`;
}

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** A span that shrinks while one looks: `42s`, `3m 09s`, `1h 39m`, `2d 13h`. Never below `0s`. */
export function countdown(seconds: number): string {
  const left = Math.max(0, Math.floor(seconds));
  if (left < MINUTE) return `${left}s`;
  if (left < HOUR) return `${Math.floor(left / MINUTE)}m ${pad(left % MINUTE)}s`;
  return span(left);
}

/** A span that does not tick: `42s`, `39m`, `1h 39m`, `2d 13h`. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < MINUTE) return `${whole}s`;
  if (whole < HOUR) return `${Math.floor(whole / MINUTE)}m`;
  if (whole < DAY) return `${Math.floor(whole / HOUR)}h ${pad(Math.floor((whole % HOUR) / MINUTE))}m`;
  return `${Math.floor(whole / DAY)}d ${Math.floor((whole % DAY) / HOUR)}h`;
}

/** Output tokens a second: `61`, `8.4`. */
export function rate(perSecond: number | null): string {
  if (perSecond === null) return "–";
  return perSecond < 9.95 ? perSecond.toFixed(1) : `${Math.round(perSecond)}`;
}

function pad(value: number): string {
  return `${value}`.padStart(2, "0");
}

const formats = new Map<string, Intl.DateTimeFormat>();

function inZone(name: string, options: Intl.DateTimeFormatOptions, ts: number): string {
  const format = formats.get(name) ?? new Intl.DateTimeFormat("en-GB", { hourCycle: "h23", ...options });
  formats.set(name, format);
  // Beyond this an instant cannot be shown, and the formatter throws.
  return Math.abs(ts) <= 8.64e12 ? format.format(ts * 1000) : UNKNOWN;
}

/** `21:20`, in the reader's own zone. */
export function clock(ts: number): string {
  return inZone("clock", { hour: "2-digit", minute: "2-digit" }, ts);
}

/** `21:20:07` */
export function clockSeconds(ts: number): string {
  return inZone("seconds", { hour: "2-digit", minute: "2-digit", second: "2-digit" }, ts);
}

/** `Tue` */
export function weekday(ts: number): string {
  return inZone("weekday", { weekday: "short" }, ts);
}

/** When something happens: the clock alone within a day, else with its weekday, beyond a week with the date. */
export function moment(ts: number, nowTs: number): string {
  const away = Math.abs(ts - nowTs);
  if (away < DAY) return clock(ts);
  if (away < 7 * DAY) return `${weekday(ts)} ${clock(ts)}`;
  return inZone("date", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }, ts);
}

/** C0, DEL, C1, and the invisible characters that turn or hide text. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Text from outside: a browser shows markup as text, but direction marks would still turn what stands beside them. */
export function safe(text: string): string {
  return text.replace(UNSAFE, " ");
}
