import { createReadStream } from "node:fs";
import { planRoute } from "@ccp/provider-catalog";
import { readCatalog } from "@ccp/provider-catalog/node";
import type { ImportRow } from "@ccp/usage-contract";
import { ANTHROPIC_LANE, laneId } from "@ccp/usage-contract/core";
import { decodeLine } from "@ccp/usage-store";
import { readUsageLog } from "@ccp/usage-store/node";
import type { CliInput } from "../args/cli-input.ts";
import type { CliArgs, CliCommand } from "../cli-command.ts";
import { CliError } from "../cli-error.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { splitLines } from "../node/split-lines.ts";
import { dayText } from "../render/clock.ts";
import { createProgress, type Progress } from "../render/progress.ts";
import { safeJson, safeText } from "../render/safe-text.ts";
import { renderUsageTotals, type UsageTotal } from "../render/usage-totals.ts";
import type { Session } from "../session.ts";
import { readClaudeAnswer, wholeRecords } from "../store/claude-answer.ts";
import { ClaudeAnswers, type WholeAnswer } from "../store/claude-answers.ts";
import {
  claudeFolders,
  findTranscripts,
  reasonOf,
  type Transcript,
  type Unread,
} from "../store/find-transcripts.ts";
import { gatewayFolders } from "../store/gateway-folders.ts";
import { type ImportResult, importRows } from "../store/import-sink.ts";
import { LoggedAnswers } from "../store/match-logged.ts";
import { readSince } from "../store/since.ts";

const CHUNK_BYTES = 1024 * 1024;
/** Answers with pictures or whole files in them are long; what is longer than this is no answer. */
const MAX_LINE_BYTES = 32 * 1024 * 1024;
const SHOWN_UNREAD = 5;
/** An exchange that began this long before an answer may be the one it belongs to. */
const LOG_MARGIN_MS = 3_600_000;

const args: CliArgs = {
  since: {
    type: "string",
    valueHint: "WHEN",
    description: "only answers since then: 24h, 7d, 2026-11-01; default all",
  },
  lane: { type: "string", valueHint: "LANE", description: "the lane they count on; default by model" },
  "dry-run": { type: "boolean", description: "show what would be counted, change nothing" },
  json: { type: "boolean", description: "the rows and the result as JSON (ccp.import/1)" },
};

export const importClaudeCommand: CliCommand = {
  name: "import claude",
  summary: "count answers of Claude Code that did not pass the gateway",
  args,
  notes: [
    "reads projects/**/*.jsonl below CLAUDE_CONFIG_DIR, else ~/.claude and ~/.config/claude; only token counts are taken",
    "what the gateway's own log has is left out; each answer counts once, however often it is imported",
    "with no gateway running the answers are kept and counted at its next start",
  ],
  run: importClaude,
};

async function importClaude(input: CliInput, session: Session): Promise<ExitCode> {
  const { deps, cc } = session;
  const sinceMs = readSince(input.text("since"), deps.nowMs(), cc, "import claude");
  const folders = claudeFolders(deps.env, deps.homeDir);
  const { files, unread } = findTranscripts(folders, sinceMs);
  if (files.length === 0) {
    await tellUnread(unread, session);
    throw noTranscripts(folders, cc);
  }
  const progress = createProgress(deps.stderr, deps.nowMs);
  try {
    const read = await readTranscripts(files, sinceMs, progress, session);
    if (read === null) return EXIT.interrupted;
    const { answers } = read;
    const found = answers.list();
    const { logsDir } = await gatewayFolders(session);
    const logged = readLogged(found, progress, logsDir);
    const fresh = found.filter((answer) => logged === null || !logged.passed(answer));
    const toRow = rowMaker(input.text("lane"), session);
    const rows = fresh.map(toRow);
    const isDry = input.flag("dry-run");
    const sink = isDry
      ? null
      : await importRows(rows, session, (done) =>
          progress.update(`counting ${done} of ${rows.length} answers`),
        );
    progress.clear();
    const facts = {
      files: files.length,
      repeated: answers.repeated,
      passed: found.length - fresh.length,
      unread: [...unread, ...read.unread],
    };
    if (input.flag("json")) writeJson(rows, facts, sink, session);
    else writeTotals(rows, session);
    await tellUnread(facts.unread, session);
    if (logged === null)
      await session.say.warn("there is no usage log here: what passed the gateway could not be left out");
    await tell(rows.length, facts, sink, session);
    return EXIT.ok;
  } finally {
    progress.clear();
  }
}

interface Facts {
  readonly files: number;
  readonly repeated: number;
  readonly passed: number;
  readonly unread: readonly Unread[];
}

function noTranscripts(folders: readonly string[], cc: string): CliError {
  return new CliError({
    what: "there are no transcripts of Claude Code",
    why: `none below ${folders.map(safeText).join(" and ")}`,
    next: `CLAUDE_CONFIG_DIR=… ${cc} import claude`,
    exitCode: EXIT.noNumber,
  });
}

/** @returns `null` when it was interrupted. */
async function readTranscripts(
  files: readonly Transcript[],
  sinceMs: number | null,
  progress: Progress,
  { deps }: Session,
): Promise<{ readonly answers: ClaudeAnswers; readonly unread: Unread[] } | null> {
  const answers = new ClaudeAnswers();
  const unread: Unread[] = [];
  const nowMs = deps.nowMs();
  const allBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let readBytes = 0;
  for (const { path, sizeBytes } of files) {
    const bad = new BadLines();
    const readLine = (line: string): void => {
      const answer = readClaudeAnswer(line, nowMs);
      if (answer === null) return;
      if (!("bad" in answer)) {
        if (sinceMs === null || answer.ts * 1000 >= sinceMs) answers.add(answer);
        return;
      }
      const records = wholeRecords(line).filter((record) => record !== line);
      if (records.join("") !== line) bad.note(answer.bad);
      for (const record of records) readLine(record);
    };
    try {
      const chunks = createReadStream(path, { highWaterMark: CHUNK_BYTES });
      for await (const { lines, bytes } of splitLines(chunks, MAX_LINE_BYTES)) {
        if (deps.signal.aborted) return null;
        for (const line of lines) {
          bad.lines += 1;
          if (line.length * 3 >= MAX_LINE_BYTES && Buffer.byteLength(line) >= MAX_LINE_BYTES)
            bad.note(`longer than ${MAX_LINE_BYTES} bytes`);
          else readLine(withoutMark(line));
        }
        progress.update(progressText(readBytes + bytes, allBytes));
      }
    } catch (error) {
      unread.push({ path, reason: reasonOf(error) });
    }
    const reason = bad.reason();
    if (reason !== null) unread.push({ path, reason });
    readBytes += sizeBytes;
  }
  return { answers, unread };
}

/** Lines of one file that are an answer's and could not be counted. */
class BadLines {
  /** All lines so far: the number of the one at hand. */
  lines = 0;
  #count = 0;
  #first = "";

  note(why: string): void {
    if (this.#count === 0) this.#first = `line ${this.lines} is ${why}`;
    this.#count += 1;
  }

  reason(): string | null {
    if (this.#count === 0) return null;
    return this.#count === 1 ? this.#first : `${this.#first}, and ${this.#count - 1} more like it`;
  }
}

/** Editors put a byte order mark in front, and a power cut leaves zeros. */
function withoutMark(line: string): string {
  const start = /^[\uFEFF\0]+/.exec(line)?.[0].length ?? 0;
  return start === 0 ? line : line.slice(start);
}

async function tellUnread(unread: readonly Unread[], { say }: Session): Promise<void> {
  for (const { path, reason } of unread.slice(0, SHOWN_UNREAD))
    await say.warn(`${safeText(path)} was not read: ${safeText(reason)}`);
  const more = unread.length - SHOWN_UNREAD;
  if (more > 0) await say.warn(`${more} more were not read; --json names all`);
}

const BAR = 24;

function progressText(done: number, all: number): string {
  const share = all === 0 ? 1 : Math.min(1, done / all);
  const filled = Math.round(share * BAR);
  return `reading transcripts [${"#".repeat(filled)}${".".repeat(BAR - filled)}] ${Math.floor(share * 100)}%`;
}

/** @returns `null` where there is no log: then nobody can tell what passed the gateway. */
function readLogged(
  answers: readonly WholeAnswer[],
  progress: Progress,
  logsDir: string,
): LoggedAnswers | null {
  const [oldest] = answers;
  const logged = new LoggedAnswers();
  let lines = 0;
  for (const line of readUsageLog(logsDir, { sinceMs: (oldest?.ts ?? 0) * 1000 - LOG_MARGIN_MS })) {
    const decoded = decodeLine(line);
    if (decoded.kind === "event") logged.add(decoded.event);
    lines += 1;
    if (lines % 1000 === 0) progress.update(`comparing with the usage log, ${lines} lines`);
  }
  return lines === 0 && !hasLog(logsDir) ? null : logged;
}

function hasLog(logsDir: string): boolean {
  // Lines before the oldest answer do not come, and still there is a log.
  for (const _ of readUsageLog(logsDir)) return true;
  return false;
}

/** Names of the vendor's own models count on its lane, others on the lane that the catalog's routes prefer. */
function rowMaker(named: string | null, { deps }: Session): (answer: WholeAnswer) => ImportRow {
  const { catalog } = readCatalog({ env: deps.env, checkoutDir: deps.checkoutDir, homeDir: deps.homeDir });
  const laneOf = (model: string): string => {
    if (named !== null) return laneId(named);
    return /claude/i.test(model) ? ANTHROPIC_LANE : planRoute(catalog, model).preferred;
  };
  return (answer) => ({
    id: answer.id,
    ts: answer.ts,
    lane: laneOf(answer.model),
    model: answer.model,
    input_tokens: answer.inputTokens,
    output_tokens: answer.outputTokens,
    cache_creation_tokens: answer.creationTokens,
    cache_read_tokens: answer.readTokens,
  });
}

function writeTotals(rows: readonly ImportRow[], { deps, look }: Session): void {
  if (rows.length === 0) return;
  const shown = look();
  const totals = sumByDay(rows, (ts) => dayText(ts, shown.timeZone));
  deps.stdout.write(renderUsageTotals(totals, shown, { heading: "DAY", counted: "ANSWERS" }));
}

/** Rows are oldest first, and so are the days. */
function sumByDay(rows: readonly ImportRow[], dayOf: (ts: number) => string): UsageTotal[] {
  const totals = new Map<string, UsageTotal>();
  for (const row of rows) {
    const span = dayOf(row.ts);
    const key = JSON.stringify([span, row.lane, row.model]);
    const before = totals.get(key);
    totals.set(key, {
      span,
      lane: row.lane,
      model: row.model,
      count: (before?.count ?? 0) + 1,
      input: (before?.input ?? 0) + row.input_tokens,
      output: (before?.output ?? 0) + row.output_tokens,
      cacheWrite: (before?.cacheWrite ?? 0) + row.cache_creation_tokens,
      cacheRead: (before?.cacheRead ?? 0) + row.cache_read_tokens,
    });
  }
  return [...totals.values()];
}

function writeJson(
  rows: readonly ImportRow[],
  facts: Facts,
  result: ImportResult | null,
  { deps }: Session,
): void {
  const value = {
    schema: "ccp.import/1",
    dry_run: result === null,
    files: facts.files,
    repeated: facts.repeated,
    passed_gateway: facts.passed,
    unread: facts.unread,
    rows,
    ...(result === null ? {} : { result }),
  };
  deps.stdout.write(`${safeJson(JSON.stringify(value, null, 2))}\n`);
}

async function tell(
  count: number,
  facts: Facts,
  result: ImportResult | null,
  { say, cc }: Session,
): Promise<void> {
  const { files, repeated, passed } = facts;
  const also = repeated > 0 ? `; ${counted(repeated, "line")} repeated them` : "";
  await say.note(`${counted(count + passed, "answer")} in ${counted(files, "transcript")}${also}`);
  if (passed > 0)
    await say.note(`${counted(passed, "answer")} passed the gateway and ${isAre(passed)} counted there`);
  if (result === null) {
    await say.note(`dry run: nothing was counted. Without --dry-run: ${cc} import claude`);
    return;
  }
  if (result.known > 0)
    await say.note(`${counted(result.known, "answer")} ${wasWere(result.known)} imported before`);
  if (result.grown > 0)
    await say.note(
      `${counted(result.grown, "answer")} had grown since ${result.grown === 1 ? "it was" : "they were"} imported: the rest counts now`,
    );
  if (result.past > 0)
    await say.note(
      `${counted(result.past, "answer")} ${isAre(result.past)} older than every window and only in the history`,
    );
  await say.note(
    result.to === "gateway"
      ? `the gateway's windows count ${counted(result.counted, "answer")} more`
      : `no gateway runs: its windows will count ${counted(result.counted, "answer")} more at its next start`,
  );
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function isAre(count: number): string {
  return count === 1 ? "is" : "are";
}

function wasWere(count: number): string {
  return count === 1 ? "was" : "were";
}
