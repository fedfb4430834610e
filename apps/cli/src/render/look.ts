import type { TextStream } from "../cli-deps.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** How text is to look; read once from the options, the environment and the terminal. */
export interface Look {
  readonly color: boolean;
  /** No character outside ASCII: bars are drawn with `#`. */
  readonly ascii: boolean;
  readonly columns: number;
  /** IANA name; `undefined` takes the zone this process runs in. */
  readonly timeZone: string | undefined;
}

export interface LookOptions {
  /** `--color`, `--no-color`; `null` when neither was given. */
  readonly color: boolean | null;
  readonly ascii: boolean;
}

const DEFAULT_COLUMNS = 100;
/** Below this nothing can be laid out; lines are then cut. */
const MIN_COLUMNS = 20;

/**
 * `--no-color` and `--color` win, then FORCE_COLOR, NO_COLOR, TERM=dumb, and last whether the stream is a terminal.
 * Width: COLUMNS, else the terminal's, else 100.
 *
 * @param ownTz The TZ this process was started with: it runs in that zone already.
 */
export function readLook(options: LookOptions, env: Env, stream: TextStream, ownTz?: string): Look {
  return {
    color: options.color ?? wantsColor(env, stream),
    ascii: options.ascii || !speaksUtf8(env),
    columns: Math.max(MIN_COLUMNS, readColumns(env) ?? stream.columns ?? DEFAULT_COLUMNS),
    timeZone: env.TZ === ownTz ? undefined : readTimeZone(env.TZ),
  };
}

function wantsColor(env: Env, stream: TextStream): boolean {
  const forced = env.FORCE_COLOR;
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  if (env.NO_COLOR) return false;
  return env.TERM !== "dumb" && stream.isTTY === true;
}

/** Containers often set no locale at all and show UTF-8 well, so only a named other one counts. */
function speaksUtf8(env: Env): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
  return locale === undefined || locale === "" || /utf-?8/i.test(locale);
}

function readColumns(env: Env): number | null {
  const text = env.COLUMNS ?? "";
  return /^\d{1,4}$/.test(text) && Number(text) > 0 ? Number(text) : null;
}

/** The last zone that was read: a live screen asks for its look with every frame, and a formatter takes milliseconds. */
let zone: { readonly text: string; readonly name: string | undefined } | null = null;

/** TZ may hold what only the C library reads (`:/etc/localtime`); the machine's zone stands in then. */
function readTimeZone(text: string | undefined): string | undefined {
  if (!text) return undefined;
  if (zone?.text !== text) zone = { text, name: zoneName(text) };
  return zone.name;
}

function zoneName(text: string): string | undefined {
  try {
    return new Intl.DateTimeFormat("en-GB", { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}
