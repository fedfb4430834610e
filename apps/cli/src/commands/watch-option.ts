import type { CliInput } from "../args/cli-input.ts";
import { usageError } from "../args/usage-error.ts";
import type { CliArg } from "../cli-command.ts";
import type { Session } from "../session.ts";
import { MIN_WATCH_SEC } from "../watch.ts";

const DEFAULT_WATCH_SEC = 2;
const MAX_WATCH_SEC = 86_400;

export const WATCH_ARG: CliArg = {
  type: "string",
  optionalValue: true,
  valueHint: "SECONDS",
  description: "draw again every 2 seconds, or as often as given",
};

/** Seconds between two frames; `null` when nothing is to be watched. */
export function readWatch(input: CliInput, session: Session, command: string): number | null {
  const text = input.text("watch");
  if (text === null) return null;
  if (text === "") return DEFAULT_WATCH_SEC;
  const [, amount] = /^(\d{1,5}(?:\.\d{1,3})?)s?$/.exec(text) ?? [];
  const seconds = Number(amount ?? Number.NaN);
  if (seconds >= MIN_WATCH_SEC && seconds <= MAX_WATCH_SEC) return seconds;
  const why = `"${text}" is not a number of seconds from ${MIN_WATCH_SEC} to ${MAX_WATCH_SEC}`;
  throw usageError("--watch cannot use that", why, session.cc, command);
}
