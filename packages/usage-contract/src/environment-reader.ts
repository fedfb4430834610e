import { parseDuration } from "./duration.ts";

export interface NumberRule {
  /** Smallest value allowed; or `above`, which is not allowed itself. */
  readonly min?: number;
  readonly above?: number;
  readonly max: number;
  readonly whole?: boolean;
}

/** Reads variables one by one and keeps what is wrong with them. Each bad value gives one line and the default. */
export interface EnvReader {
  readonly warnings: string[];
  readonly errors: string[];
  text(name: string): string | null;
  number(name: string, fallback: number, rule: NumberRule): number;
  flag(name: string, fallback: boolean): boolean;
  duration(name: string, fallbackMs: number): number;
  host(name: string, fallback: string): string;
  /** A comma list, lower case; an IPv6 address in brackets. */
  hosts(name: string): readonly string[];
  httpUrl(name: string): string | null;
  /** Never shown, whatever is wrong with it. */
  token(name: string): string | null;
  secretUrl(name: string, pattern: RegExp, example: string): string | null;
  absolutePath(name: string): string | null;
  warn(name: string, value: string, what: string): void;
  fail(name: string, value: string, what: string): void;
}

/** Timers of the runtime hold at most 2^31 − 1 ms; a day is far below and far above any use. */
const MAX_DURATION_MS = 86_400_000;
const FLAG_WORDS: ReadonlyMap<string, boolean> = new Map([
  ["1", true],
  ["true", true],
  ["yes", true],
  ["on", true],
  ["0", false],
  ["false", false],
  ["no", false],
  ["off", false],
]);

export function readEnv(env: Readonly<Record<string, string | undefined>>): EnvReader {
  const warnings: string[] = [];
  const errors: string[] = [];
  const warn = (name: string, value: string, what: string) => {
    warnings.push(`${name} is ${show(value)}: ${what}`);
  };
  const fail = (name: string, value: string, what: string) => {
    errors.push(`${name} is ${show(value)}: ${what}`);
  };
  const text = (name: string) => env[name]?.trim() || null;

  /** `null` from `read` is a bad value. */
  function read<T>(name: string, fallback: T, expected: string, parse: (value: string) => T | null): T {
    const value = text(name);
    if (value === null) return fallback;
    const parsed = parse(value);
    if (parsed === null) fail(name, value, `expected ${expected}`);
    return parsed ?? fallback;
  }

  /** Like `read`, for values that must never be printed. */
  function readSecret(name: string, expected: string, accepts: (value: string) => boolean): string | null {
    const value = text(name);
    if (value === null || accepts(value)) return value;
    errors.push(`${name}: expected ${expected} (the value is not shown)`);
    return null;
  }

  return {
    warnings,
    errors,
    warn,
    fail,
    text,
    number: (name, fallback, rule) =>
      read(name, fallback, wordRule(rule), (value) => parseNumber(value, rule)),
    flag: (name, fallback) =>
      read(name, fallback, "1 or 0", (value) => FLAG_WORDS.get(value.toLowerCase()) ?? null),
    duration: (name, fallbackMs) =>
      read(name, fallbackMs, "a duration above 0 and up to 24h, such as 50ms, 15s, 2m or 1h", (value) => {
        const ms = parseDuration(value);
        return ms !== null && ms > 0 && ms <= MAX_DURATION_MS ? ms : null;
      }),
    host: (name, fallback) =>
      read(name, fallback, "a host name or address, without scheme or port", parseHost),
    hosts: (name) =>
      read<readonly string[]>(
        name,
        [],
        "host names with or without a port, comma between: ccp,gateway.lan:8082",
        parseHosts,
      ),
    httpUrl: (name) => {
      const url = text(name);
      if (url?.includes("@")) return readSecret(name, "a URL without credentials", () => false);
      return read<string | null>(name, null, "a URL such as http://127.0.0.1:8082", parseHttpUrl);
    },
    token: (name) =>
      readSecret(name, "visible ASCII characters without blanks", (value) => /^[\x21-\x7e]+$/.test(value)),
    secretUrl: (name, pattern, example) =>
      readSecret(name, `a URL such as ${example}`, (value) => pattern.test(value)),
    absolutePath: (name) => {
      const path = text(name);
      if (path === null || path.startsWith("/")) return path;
      warn(name, path, "not an absolute path, ignored");
      return null;
    },
  };
}

/** What holds an `@` may hold credentials in front of it; control characters must not reach a terminal. */
function show(value: string): string {
  return value.includes("@") ? "(not shown)" : JSON.stringify(value);
}

/** Plain decimal notation only: `Number` would take `0x10`, `1e3` and an empty text as well. */
function parseNumber(text: string, rule: NumberRule): number | null {
  if (!/^[+-]?\d+(\.\d+)?$/.test(text)) return null;
  const value = Number(text);
  const low = rule.above === undefined ? value >= (rule.min ?? 0) : value > rule.above;
  const fits = low && value <= rule.max && (rule.whole !== true || Number.isInteger(value));
  return fits ? value : null;
}

function wordRule(rule: NumberRule): string {
  const kind = rule.whole === true ? "a whole number" : "a number";
  if (rule.above !== undefined) return `${kind} above ${rule.above} and up to ${rule.max}`;
  return `${kind} from ${rule.min ?? 0} to ${rule.max}`;
}

function parseHost(text: string): string | null {
  const host = text.replace(/^\[(.*)\]$/, "$1").toLowerCase();
  if (/^[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*(?:%[\w.-]+)?$/.test(host)) return host;
  return /^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/.test(host) ? host : null;
}

function parseHosts(text: string): readonly string[] | null {
  const entries = text
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
  const hosts = entries.map(parseHostEntry);
  return hosts.every((host) => host !== null) ? hosts : null;
}

function parseHostEntry(entry: string): string | null {
  const [, name = "", port] = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(entry) ?? [null, entry];
  const host = parseHost(name);
  if (host === null || (port !== undefined && (Number(port) === 0 || Number(port) > 65_535))) return null;
  return `${host.includes(":") ? `[${host}]` : host}${port === undefined ? "" : `:${Number(port)}`}`;
}

function parseHttpUrl(text: string): string | null {
  return /^https?:\/\/[^\s/?#]+(?:\/[^\s?#]*)?$/i.test(text) ? text.replace(/\/+$/, "") : null;
}
