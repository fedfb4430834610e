import { join } from "node:path";
import {
  ErrorBodySchema,
  ImportAnswerSchema,
  type ImportRow,
  MAX_IMPORT_ROWS,
  parseBody,
} from "@ccp/usage-contract";
import { freshRows, type ImportedSums, isInWindows, noteImported, toImportedSample } from "@ccp/usage-store";
import {
  acquireStateLock,
  appendImported,
  HISTORY_NAME,
  HistoryDb,
  makeFolder,
  readImported,
  type StatePaths,
  statePaths,
} from "@ccp/usage-store/node";
import { CliError } from "../cli-error.ts";
import { HttpFailure } from "../client/http-call.ts";
import { EXIT } from "../exit-code.ts";
import { safeText } from "../render/safe-text.ts";
import type { Session } from "../session.ts";

/** What became of the rows. */
export interface ImportResult {
  /** `file`: no gateway runs; the next one counts them. */
  readonly to: "gateway" | "file";
  readonly counted: number;
  readonly known: number;
  readonly past: number;
  /** Of those: known before, and grown since. */
  readonly grown: number;
}

/** A batch is written to the device before it is answered. */
const TIMEOUT_MS = 20_000;
const FILE_BATCH_ROWS = 5000;

/** Hands rows to the gateway that runs, or puts them where the next one finds them. Either way each counts once. */
export async function importRows(
  rows: readonly ImportRow[],
  session: Session,
  onProgress: (done: number) => void,
): Promise<ImportResult> {
  let sum = { counted: 0, known: 0, past: 0, grown: 0 };
  for (let at = 0; at < rows.length; at += MAX_IMPORT_ROWS) {
    const batch = rows.slice(at, at + MAX_IMPORT_ROWS);
    const answer = await post(batch, session);
    // Not half way: what the gateway took is on record, and a repeat passes over it.
    if (answer === null && at === 0) return importToFile(rows, session, onProgress);
    if (answer === null) throw gone(at, rows.length, session);
    sum = {
      counted: sum.counted + answer.counted,
      known: sum.known + answer.known,
      past: sum.past + answer.past,
      grown: sum.grown + (answer.grown ?? 0),
    };
    onProgress(at + batch.length);
  }
  return { to: "gateway", ...sum };
}

/** @returns `null` when no gateway answers. */
async function post(rows: readonly ImportRow[], { client, deps, settings, cc }: Session) {
  const headers: Record<string, string> = { accept: "application/json", "content-type": "application/json" };
  if (settings.adminToken !== null) headers.authorization = `Bearer ${settings.adminToken}`;
  const url = `${client.url}/v1/usage/import`;
  const call = {
    method: "POST",
    url,
    headers,
    body: JSON.stringify({ rows }),
    timeoutMs: TIMEOUT_MS,
  } as const;
  let answer: { readonly status: number; readonly text: string };
  try {
    answer = await deps.request({ ...call, signal: deps.signal });
  } catch (error) {
    if (error instanceof HttpFailure && error.kind === "refused") return null;
    throw error instanceof HttpFailure ? unreachable(error, client.url, cc) : error;
  }
  const body = parseJson(answer.text);
  const counted = parseBody(ImportAnswerSchema, body);
  if (answer.status === 200 && counted.success) return counted.output;
  throw refused(answer.status, body, client.url, cc);
}

async function importToFile(
  rows: readonly ImportRow[],
  { deps, settings, client, cc }: Session,
  onProgress: (done: number) => void,
): Promise<ImportResult> {
  const paths = statePaths(settings, deps);
  const lock = acquireStateLock(paths.stateDir);
  if (lock.kind !== "owner") {
    const what = `no gateway answers at ${client.url}`;
    const why =
      lock.kind === "held"
        ? `process ${lock.pid} uses the state folder ${paths.stateDir}`
        : `the state folder ${paths.stateDir} cannot be used: ${lock.reason}`;
    throw new CliError({ what, why, next: `${cc} import claude --url http://…`, exitCode: EXIT.unreachable });
  }
  try {
    return await writeFiles(rows, paths, deps.nowMs(), onProgress);
  } finally {
    lock.release();
  }
}

async function writeFiles(
  rows: readonly ImportRow[],
  paths: StatePaths,
  nowMs: number,
  onProgress: (done: number) => void,
): Promise<ImportResult> {
  makeFolder(paths.logsDir);
  const known: ImportedSums = new Map();
  for (const row of readImported(paths.logsDir)) noteImported(known, row);
  const fresh = freshRows(rows, known);
  const db = await HistoryDb.open(join(paths.stateDir, HISTORY_NAME), { readOnly: false });
  try {
    for (let at = 0; at < fresh.length; at += FILE_BATCH_ROWS) {
      const batch = fresh.slice(at, at + FILE_BATCH_ROWS);
      appendImported(paths.logsDir, batch, nowMs);
      db.insert(batch.map(toImportedSample), nowMs / 1000);
      onProgress(at + batch.length);
    }
  } finally {
    db.close();
  }
  const recent = fresh.filter((row) => isInWindows(row, nowMs)).length;
  return {
    to: "file",
    counted: recent,
    known: rows.length - fresh.length,
    past: fresh.length - recent,
    grown: fresh.filter(({ part }) => part > 0).length,
  };
}

function gone(done: number, all: number, { client, cc }: Session): CliError {
  return new CliError({
    what: `the gateway at ${client.url} went away after ${done} of ${all} answers`,
    why: "what it took is on record and counts",
    next: `${cc} import claude (again: nothing is counted twice)`,
    exitCode: EXIT.unreachable,
  });
}

function unreachable(error: HttpFailure, url: string, cc: string): CliError {
  if (error.kind === "aborted")
    return new CliError({ what: "interrupted", why: "Ctrl-C", next: "-", exitCode: EXIT.interrupted });
  return new CliError({
    what: `the gateway at ${url} does not answer`,
    why: safeText(error.message),
    next: `${cc} status`,
    exitCode: EXIT.unreachable,
  });
}

function refused(status: number, body: unknown, url: string, cc: string): CliError {
  const own = parseBody(ErrorBodySchema, body);
  const why = own.success ? own.output.error.message : "it does not know this call: is it an older version?";
  const next =
    status === 401
      ? "set CCP_ADMIN_TOKEN to the token the gateway was started with"
      : status === 422
        ? `${cc} import claude --lane LANE`
        : `${cc} status`;
  return new CliError({
    what: `the gateway at ${url} refused the import`,
    why: safeText(`${status}: ${why}`),
    next,
    exitCode: EXIT.failed,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
