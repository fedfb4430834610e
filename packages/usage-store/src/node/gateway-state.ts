import { join } from "node:path";
import type { UsageEvent } from "@ccp/usage-contract";
import { decodeLine } from "../decode-line.ts";
import { eventKey, foldEvents } from "../fold-events.ts";
import { importKey, isInWindows, toImportedUsage } from "../imported-usage.ts";
import { type LoggedUsage, toUsageRecord } from "../to-usage-record.ts";
import { importedPosition, readImported } from "./imported-usage.ts";
import { readJsonState, type WriteResult, writeJsonState } from "./json-state.ts";
import { type LogPosition, toLogPosition } from "./log-position.ts";
import type { LogMark } from "./open-usage-log.ts";
import { playOp } from "./play-op.ts";
import { readUsageLog } from "./read-usage-log.ts";
import { readStateJournal, type StateJournal, type StateOp } from "./state-journal.ts";

const STATE_NAME = "gateway-state.json";
const VERSION = 1;
const WEEK_MS = 604_800_000;

/** What keeps counts: a quota engine fits. */
export interface CountKeeper {
  snapshot(): unknown;
  restore(
    snapshot: unknown,
    nowMs: number,
    options?: { readonly keepSession?: boolean },
  ): { readonly restored: boolean; readonly reason?: string };
  record(usage: LoggedUsage, nowMs: number): void;
}

/** What keeps limit marks, sessions or sums: a lane book and a session book fit. */
export interface MarkKeeper {
  snapshot(nowMs: number): unknown;
  restore(snapshot: unknown, nowMs: number): void;
}

/** The parts of a gateway's state. Changes in the journal name them by these keys. */
export interface StateParts {
  readonly engine: CountKeeper;
  readonly book: MarkKeeper;
  readonly sessions?: MarkKeeper;
  /** Sums since the gateway was started. */
  readonly totals?: MarkKeeper;
  /** Who minted what. Kept in a file of its own; the journal alone tells what is newer. */
  readonly mints?: object;
  /** Whose login is whose, by salted hashes. */
  readonly accounts?: MarkKeeper;
}

export interface StateFolders {
  readonly stateDir: string;
  readonly logsDir: string;
}

export interface Restoration {
  /** Changes of the journal that were played. */
  readonly played: number;
  /** Lines of the log that were recorded: those that the journal does not have. */
  readonly replayed: number;
  /** Epoch ms of the newest thing brought back; `null` when there was nothing. */
  readonly newestMs: number | null;
  /** Why the saved state was not used, where there was one: then the counts came from the log alone. */
  readonly problem: string | null;
  /** Where that state lies; `null` when it was used, or there was none. */
  readonly unusable: string | null;
  /** Records of the journal that were not as they were written. */
  readonly brokenRecords: number;
}

export interface SaveOptions {
  readonly journal: StateJournal;
  /** Of the usage log, at this moment. */
  readonly log: LogMark;
  /** The gateway was stopped on purpose: the next one begins a new session. */
  readonly ended: boolean;
}

export interface RestoreOptions {
  /** Of an instant, 0..23: zones are the caller's. */
  readonly localHour: (atMs: number) => number;
  /** How far back the log is replayed without a usable state: the longest window. Default: a week. */
  readonly windowMs?: number;
}

/** Saves all parts in one file, whole or not at all, and starts the journal of what comes after. */
export function saveGatewayState(
  { stateDir, logsDir }: StateFolders,
  parts: StateParts,
  { journal, log, ended }: SaveOptions,
  nowMs: number,
): WriteResult {
  const value = {
    version: VERSION,
    saved_ms: nowMs,
    engine: parts.engine.snapshot(),
    book: parts.book.snapshot(nowMs),
    sessions: parts.sessions?.snapshot(nowMs),
    totals: parts.totals?.snapshot(nowMs),
    accounts: parts.accounts?.snapshot(nowMs),
    ended,
    log: log.position,
    waiting: log.waiting,
    imports: importedPosition(logsDir),
    journal: journal.begin(),
  };
  const written = writeJsonState(join(stateDir, STATE_NAME), value);
  journal.saved(written.success);
  return written;
}

/**
 * Brings all parts to where the last process left them: its saved state, the changes in the journal after it, and what
 * the log has beyond both. Without a usable state the log is replayed as far back as a window reaches, and the journal
 * gives back what no log line tells: marks, sessions, declared windows. Only reads; takes no lock.
 */
export function restoreGatewayState(
  folders: StateFolders,
  parts: StateParts,
  nowMs: number,
  { localHour, windowMs = WEEK_MS }: RestoreOptions,
): Restoration {
  const path = join(folders.stateDir, STATE_NAME);
  const { saved, problem } = restoreSaved(path, parts, nowMs);
  const counted = new Set(saved?.waiting ?? []);
  const journal = playJournal(folders.stateDir, saved, parts, counted);
  // Probes were under way in a process that is gone: nobody will tell how they ended.
  parts.book.restore(parts.book.snapshot(nowMs), nowMs);
  const record = (key: string, usage: LoggedUsage | null): number => {
    if (usage === null || counted.has(key)) return 0;
    parts.engine.record(usage, nowMs);
    return 1;
  };
  let newestMs = saved?.savedMs ?? null;
  let replayed = 0;
  // Where its place is not found the time decides: what stands at that moment was booked before the state was saved.
  const sinceMs = saved === null ? nowMs - windowMs : saved.savedMs + JUST_AFTER_MS;
  const late: UsageEvent[] = [];
  foldEvents(readUsageLog(folders.logsDir, behind(saved?.log ?? null, sinceMs)), (event) => {
    const atMs = event.ts * 1000;
    // A clock may have been ahead.
    newestMs = Math.min(nowMs, Math.max(newestMs ?? atMs, atMs));
    if (saved !== null && atMs < saved.savedMs) late.push(event);
    else replayed += record(eventKey(event), toUsageRecord(event, localHour));
  });
  for (const event of unseen(late, folders.logsDir))
    replayed += record(eventKey(event), toUsageRecord(event, localHour));
  for (const row of readImported(folders.logsDir, behind(saved?.imports ?? null, saved?.savedMs))) {
    if (isInWindows(row, nowMs, windowMs)) record(importKey(row), toImportedUsage(row, localHour));
  }
  return { ...journal, replayed, newestMs, problem, unusable: problem === null ? null : path };
}

/**
 * Of events that stand behind the state's place though they are older than it, those that stand nowhere else: a clock was
 * set back. The others are lines that somebody wrote a second time, and they are in the state.
 */
function unseen(late: readonly UsageEvent[], logsDir: string): readonly UsageEvent[] {
  if (late.length === 0) return late;
  const times = new Map(late.map((event) => [eventKey(event), 0]));
  for (const line of readUsageLog(logsDir)) {
    const decoded = decodeLine(line);
    const key = decoded.kind === "event" ? eventKey(decoded.event) : "";
    const seen = times.get(key);
    if (seen !== undefined) times.set(key, seen + 1);
  }
  return late.filter((event) => (times.get(eventKey(event)) ?? 0) < 2);
}

/** Lines carry whole milliseconds. */
const JUST_AFTER_MS = 0.5;

function behind(
  after: LogPosition | null,
  sinceMs: number | undefined,
): { readonly after?: LogPosition; readonly sinceMs?: number } {
  return { ...(after === null ? {} : { after }), ...(sinceMs === undefined ? {} : { sinceMs }) };
}

function playJournal(
  stateDir: string,
  saved: Saved | null,
  parts: StateParts,
  counted: Set<string>,
): Pick<Restoration, "played" | "brokenRecords"> {
  let played = 0;
  let brokenRecords = 0;
  const onBroken = (_path: string, records: number): void => {
    brokenRecords += records;
  };
  if (saved !== null && saved.journal === null) return { played, brokenRecords };
  for (const op of readStateJournal(stateDir, saved?.journal ?? 0, onBroken)) {
    if (saved === null && isLearned(op)) continue;
    if (!playOp(op, parts)) continue;
    played += 1;
    // The last argument of a record is the event it stands for.
    const key = op[1] === "record" ? op.at(-1) : null;
    if (typeof key === "string") counted.add(key);
  }
  return { played, brokenRecords };
}

/** What was counted comes from the log, and what was learned at a limit means something only beside those counts. */
function isLearned([part, method]: StateOp): boolean {
  return part === "engine" && method !== "observeWindows" && method !== "forgetWindows";
}

interface Saved {
  readonly savedMs: number;
  readonly parts: Readonly<Record<string, unknown>>;
  readonly ended: boolean;
  readonly log: LogPosition | null;
  readonly waiting: readonly string[];
  readonly imports: LogPosition | null;
  readonly journal: number | null;
}

function restoreSaved(
  path: string,
  { engine, book, sessions, totals, accounts }: StateParts,
  nowMs: number,
): { readonly saved: Saved | null; readonly problem: string | null } {
  const stored = readJsonState(path);
  if (stored.kind === "missing") return { saved: null, problem: null };
  if (stored.kind === "invalid") return { saved: null, problem: `${path} cannot be read: ${stored.reason}` };
  const saved = toSaved(stored.value);
  if (saved === null) return { saved: null, problem: `${path} is of another version` };
  // As of its own moment: the journal goes on from there. A clock that was set since is met by the next call.
  const atMs = Math.min(saved.savedMs, nowMs);
  const outcome = engine.restore(saved.parts.engine, atMs, { keepSession: !saved.ended });
  if (!outcome.restored) return { saved: null, problem: `${path}: ${outcome.reason ?? "not usable"}` };
  book.restore(saved.parts.book, atMs);
  if (saved.parts.sessions !== undefined) sessions?.restore(saved.parts.sessions, atMs);
  accounts?.restore(saved.parts.accounts, atMs);
  if (!saved.ended) totals?.restore(saved.parts.totals, atMs);
  return { saved, problem: null };
}

function toSaved(value: unknown): Saved | null {
  if (typeof value !== "object" || value === null) return null;
  const fields = value as Readonly<Record<string, unknown>>;
  const { version, saved_ms: savedMs, journal, waiting } = fields;
  if (version !== VERSION || typeof savedMs !== "number" || !Number.isFinite(savedMs)) return null;
  return {
    savedMs,
    parts: fields,
    ended: fields.ended !== false,
    log: toLogPosition(fields.log),
    waiting: Array.isArray(waiting) ? waiting.filter((key) => typeof key === "string") : [],
    imports: toLogPosition(fields.imports),
    journal: typeof journal === "number" && Number.isSafeInteger(journal) ? journal : null,
  };
}
