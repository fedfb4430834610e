import { join } from "node:path";
import { decodeLine, type HistorySample, toSample } from "@ccp/usage-store";
import { HISTORY_NAME, type HistoryDb, KEPT_DAYS } from "@ccp/usage-store/node";
import type { CliInput } from "../args/cli-input.ts";
import type { CliCommand } from "../cli-command.ts";
import { CliError } from "../cli-error.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { openLog } from "../node/open-log.ts";
import { createProgress, type Progress } from "../render/progress.ts";
import { safeText } from "../render/safe-text.ts";
import type { Session } from "../session.ts";
import { gatewayFolders } from "../store/gateway-folders.ts";
import { openStore } from "../store/open-store.ts";

export const dbImportCommand: CliCommand = {
  name: "db import",
  summary: "bring the exchanges of a usage log into the history",
  args: {
    jsonl: { type: "boolean", description: "usage.jsonl, the one format there is" },
  },
  rest: {
    name: "PATH…",
    description: "log files, folders with a log and its generations, or - ; default the gateway's own log",
  },
  notes: ["each exchange is in the history once, however often it is brought in; runs beside a gateway"],
  run: importLogs,
};

interface Sum {
  added: number;
  known: number;
  past: number;
  skipped: number;
}

async function importLogs(input: CliInput, session: Session): Promise<ExitCode> {
  const { deps, cc, say } = session;
  const paths = await gatewayFolders(session);
  const logs = input.rest.length > 0 ? input.rest : [paths.logsDir];
  const db = await openStore(join(paths.stateDir, HISTORY_NAME), { readOnly: false }, `${cc} db status`);
  const progress = createProgress(deps.stderr, deps.nowMs);
  const sum: Sum = { added: 0, known: 0, past: 0, skipped: 0 };
  try {
    for (const path of logs) {
      if (!(await importLog(path, db, sum, progress, session))) return EXIT.interrupted;
    }
  } finally {
    progress.clear();
    db.close();
  }
  deps.stdout.write(`added ${counted(sum.added, "exchange")}\n`);
  if (sum.known > 0)
    await say.note(`${counted(sum.known, "exchange")} ${sum.known === 1 ? "was" : "were"} there already`);
  if (sum.past > 0)
    await say.note(`${counted(sum.past, "exchange")} older than the ${KEPT_DAYS.hour} days that are kept`);
  if (sum.skipped > 0)
    await say.warn(`${counted(sum.skipped, "line")} ${sum.skipped === 1 ? "is" : "are"} no event`);
  return EXIT.ok;
}

/** @returns `false` when it was interrupted: what was added stays. */
async function importLog(
  path: string,
  db: HistoryDb,
  sum: Sum,
  progress: Progress,
  { deps, cc }: Session,
): Promise<boolean> {
  let name = safeText(path);
  try {
    const log = openLog({ path, name });
    name = log.name;
    for await (const { lines, bytes } of log.batches()) {
      if (deps.signal.aborted) return false;
      const samples = lines.flatMap((line) => readSample(line, sum));
      const { added, known, past } = db.insert(samples, deps.nowMs() / 1000);
      sum.added += added;
      sum.known += known;
      sum.past += past;
      const share =
        log.sizeBytes === null ? "" : ` ${Math.floor((bytes / Math.max(1, log.sizeBytes)) * 100)}%`;
      progress.update(`${name}${share}, ${sum.added} added`);
    }
    return true;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : null;
    if (code === null) throw error;
    const why = code === "ENOENT" ? "there is nothing there" : code;
    throw new CliError({
      what: `${name} cannot be read`,
      why,
      next: `${cc} db import PATH`,
      exitCode: EXIT.failed,
    });
  }
}

function readSample(line: string, sum: Sum): HistorySample[] {
  const decoded = decodeLine(line);
  if (decoded.kind === "skip") {
    if (decoded.reason !== "blank") sum.skipped += 1;
    return [];
  }
  const sample = toSample(decoded.event);
  return sample === null ? [] : [{ model: decoded.event.model, attempt: decoded.event.attempt, sample }];
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
