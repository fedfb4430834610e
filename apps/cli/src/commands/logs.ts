import type { UsageEvent } from "@ccp/usage-contract";
import { laneId, parseDuration, parseIsoMs } from "@ccp/usage-contract/core";
import { decodeLine } from "@ccp/usage-store";
import type { CliInput } from "../args/cli-input.ts";
import { usageError } from "../args/usage-error.ts";
import type { CliArgs, CliCommand } from "../cli-command.ts";
import { CliError } from "../cli-error.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { followLog } from "../node/follow-log.ts";
import { closeLogFiles, type LogFile, linesBackwards } from "../node/log-files.ts";
import { dayText } from "../render/clock.ts";
import { renderLogDay, renderLogHeader, renderLogLine } from "../render/log-line.ts";
import { safeJson, safeText } from "../render/safe-text.ts";
import type { Session } from "../session.ts";
import { fitsFilter, isBeforeAll, type LogFilter } from "../view/log-filter.ts";
import { LogSight, whyNoLines } from "./log-notes.ts";
import { LOG_ARG, logPlace, openLogOrTell } from "./log-place.ts";

const args: CliArgs = {
  follow: { type: "boolean", alias: "f", description: "go on with what is written, until Ctrl-C" },
  lines: {
    type: "string",
    alias: "n",
    valueHint: "N",
    description: "the last N lines that fit (20; with --since all)",
  },
  since: {
    type: "string",
    valueHint: "TIME",
    description: "not older than that: 90s, 30m, 2h, 3d, or RFC 3339",
  },
  lane: { type: "string", valueHint: "LANE", description: "only this lane" },
  model: { type: "string", valueHint: "MODEL", description: "only this model, in any spelling, or a glob" },
  event: {
    type: "enum",
    options: ["decision", "completion"],
    valueHint: "KIND",
    description: "only these: decision, completion",
  },
  log: LOG_ARG,
  json: { type: "boolean", description: "the lines as they stand in the log" },
};

export const logsCommand: CliCommand = {
  name: "logs",
  summary: "usage.jsonl, readable: each decision and each end of a request",
  args,
  notes: [
    "ST ··· a decision, before its attempt: IN is then the predicted count; else the status a request ended with",
    "RULE why this lane, or how it ended where that was not well; IN all input tokens, cache included",
    "with the gateway down it shows what that left, and exits 69; a log that --log names needs no gateway",
    "REQUEST is what {cc} explain takes",
  ],
  run: runLogs,
};

const DEFAULT_LINES = 20;
const MAX_LINES = 1_000_000;
/** As often as an eye can follow; the file is only looked at, not read, where nothing was added. */
const POLL_MS = 250;

async function runLogs(input: CliInput, session: Session): Promise<ExitCode> {
  const { logClockAheadMs } = await import("../store/gateway-folders.ts");
  const nowMs = session.deps.nowMs() + (await logClockAheadMs(input.text("log") !== null, session));
  const filter = readFilter(input, nowMs, session);
  const limit = readLimit(input, session);
  const path = await logPlace(input, session);
  const isNamed = input.text("log") !== null;
  const files = openLogOrTell(path, session);
  const print = createPrinter(input.flag("json"), nowMs, session);
  const follow = input.flag("follow");
  const [newest, ...others] = files;
  const seen = new LogSight();
  let shown: number;
  try {
    const found = lastLines(files, filter, limit, seen);
    for (const line of found) print(line);
    shown = found.length;
  } finally {
    closeLogFiles(follow ? others : files);
  }
  if (newest === undefined) {
    const next = follow ? "waiting for it" : "a gateway writes one with its first request";
    await session.say.note(`there is no log in ${safeText(path)} yet: ${next}`);
  } else if (shown === 0 && limit > 0) {
    for (const reason of whyNoLines(seen, filter, follow)) await session.say.note(reason);
  }
  if (follow) return followOn(path, newest ?? null, filter, print, session);
  return isNamed ? EXIT.ok : exitCodeOf(path, session);
}

/** The log of a gateway that nobody can reach is shown like every last known state, and is no answer of a gateway. */
async function exitCodeOf(path: string, { client, say }: Session): Promise<ExitCode> {
  try {
    await client.usage();
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof CliError) || error.exitCode !== EXIT.unreachable) throw error;
    await say.warn(`${error.message}: shown is what it left in ${safeText(path)}`);
    return EXIT.unreachable;
  }
}

interface FoundLine {
  readonly line: string;
  readonly event: UsageEvent;
}

/** The last lines that fit, oldest first. */
function lastLines(files: readonly LogFile[], filter: LogFilter, limit: number, seen: LogSight): FoundLine[] {
  const found: FoundLine[] = [];
  for (const file of files) {
    for (const line of linesBackwards(file)) {
      if (found.length >= limit) return found.reverse();
      const decoded = decodeLine(line);
      if (decoded.kind === "skip") continue;
      seen.hasOlder ||= filter.sinceMs !== null && decoded.event.ts * 1000 < filter.sinceMs;
      if (isBeforeAll(decoded.event, filter)) return found.reverse();
      if (!seen.hasOlder) seen.add(decoded.event);
      if (fitsFilter(decoded.event, filter)) found.push({ line, event: decoded.event });
    }
  }
  return found.reverse();
}

async function followOn(
  path: string,
  newest: LogFile | null,
  filter: LogFilter,
  print: (found: FoundLine) => void,
  { deps }: Session,
): Promise<ExitCode> {
  const follower = followLog(path, newest);
  try {
    for (;;) {
      for (const line of follower.read()) {
        const decoded = decodeLine(line);
        if (decoded.kind === "event" && fitsFilter(decoded.event, filter))
          print({ line, event: decoded.event });
      }
      await deps.sleep(POLL_MS, deps.signal);
      if (deps.signal.aborted) return EXIT.interrupted;
    }
  } finally {
    follower.close();
  }
}

/** Writes line by line: a header first, and the day wherever it changes. */
function createPrinter(json: boolean, nowMs: number, { deps, look }: Session): (found: FoundLine) => void {
  let day: string | null = null;
  return ({ line, event }) => {
    if (json) {
      deps.stdout.write(`${safeJson(line)}\n`);
      return;
    }
    const now = look();
    const itsDay = dayText(event.ts, now.timeZone);
    const heading =
      itsDay === (day ?? dayText(nowMs / 1000, now.timeZone)) ? "" : renderLogDay(event.ts, now);
    deps.stdout.write((day === null ? renderLogHeader(now) : "") + heading + renderLogLine(event, now));
    day = itsDay;
  };
}

function readFilter(input: CliInput, nowMs: number, session: Session): LogFilter {
  const lane = input.text("lane");
  const event = input.text("event");
  return {
    lane: lane === null ? null : laneId(lane),
    model: input.text("model"),
    sinceMs: readSince(input.text("since"), nowMs, session),
    event: event === "decision" || event === "completion" ? event : null,
  };
}

function readSince(text: string | null, nowMs: number, { cc }: Session): number | null {
  if (text === null) return null;
  const [, days] = /^(\d{1,4})d$/.exec(text) ?? [];
  const spanMs = days === undefined ? parseDuration(text) : Number(days) * 86_400_000;
  const sinceMs = spanMs === null ? parseIsoMs(text) : nowMs - spanMs;
  if (sinceMs !== null) return sinceMs;
  const why = "it is a time span such as 90s, 30m, 2h, 3d, or a time such as 2026-11-21T19:00:00Z";
  throw usageError(`--since cannot be "${text}"`, why, cc, "logs");
}

function readLimit(input: CliInput, { cc }: Session): number {
  const text = input.text("lines");
  if (text === null) return input.text("since") === null ? DEFAULT_LINES : Number.POSITIVE_INFINITY;
  const lines = /^\d{1,7}$/.test(text) ? Number(text) : Number.NaN;
  if (lines <= MAX_LINES) return lines;
  throw usageError(`--lines cannot be "${text}"`, `it is a whole number from 0 to ${MAX_LINES}`, cc, "logs");
}
