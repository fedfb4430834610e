import { join } from "node:path";
import { foldEvents } from "../fold-events.ts";
import { type LoggedUsage, toUsageRecord } from "../to-usage-record.ts";
import { readJsonState, type WriteResult, writeJsonState } from "./json-state.ts";
import { readUsageLog } from "./read-usage-log.ts";

const STATE_NAME = "gateway-state.json";
const VERSION = 1;
const WEEK_MS = 604_800_000;

/** What keeps counts: a quota engine fits. */
export interface CountKeeper {
  snapshot(): unknown;
  restore(snapshot: unknown, nowMs: number): { readonly restored: boolean; readonly reason?: string };
  record(usage: LoggedUsage, nowMs: number): void;
}

/** What keeps limit marks: a lane book fits. */
export interface MarkKeeper {
  snapshot(): unknown;
  restore(snapshot: unknown, nowMs: number): void;
}

export interface StateFolders {
  readonly stateDir: string;
  readonly logsDir: string;
}

export interface Restoration {
  /** Lines of the log that were recorded. */
  readonly replayed: number;
  /** Epoch ms of the newest thing brought back; `null` when there was nothing. */
  readonly newestMs: number | null;
  /** Why the saved state was not used, where there was one: then the log alone was. */
  readonly problem: string | null;
}

/** Saves counts and marks in one file, whole or not at all. */
export function saveGatewayState(
  { stateDir }: Pick<StateFolders, "stateDir">,
  counts: CountKeeper,
  marks: MarkKeeper,
  nowMs: number,
): WriteResult {
  const value = { version: VERSION, saved_ms: nowMs, engine: counts.snapshot(), book: marks.snapshot() };
  return writeJsonState(join(stateDir, STATE_NAME), value);
}

/**
 * Brings counts and marks to where the last process left them: its saved state, then the log lines after it. Without a
 * usable state the lines of the last week are replayed. Only reads; takes no lock.
 */
export function restoreGatewayState(
  folders: StateFolders,
  counts: CountKeeper,
  marks: MarkKeeper,
  nowMs: number,
  localHour: (atMs: number) => number,
): Restoration {
  const { savedMs, problem } = restoreSaved(folders, counts, marks, nowMs);
  let newestMs = savedMs;
  let replayed = 0;
  foldEvents(readUsageLog(folders.logsDir, { sinceMs: savedMs ?? nowMs - WEEK_MS }), (event) => {
    const atMs = event.ts * 1000;
    newestMs = Math.max(newestMs ?? atMs, atMs);
    const usage = toUsageRecord(event, localHour);
    // Lines of the moment of the saved state are in it: they were booked before it was taken.
    if (usage === null || (savedMs !== null && atMs <= savedMs)) return;
    counts.record(usage, nowMs);
    replayed += 1;
  });
  return { replayed, newestMs, problem };
}

function restoreSaved(
  { stateDir }: StateFolders,
  counts: CountKeeper,
  marks: MarkKeeper,
  nowMs: number,
): { savedMs: number | null; problem: string | null } {
  const path = join(stateDir, STATE_NAME);
  const stored = readJsonState(path);
  if (stored.kind === "missing") return { savedMs: null, problem: null };
  if (stored.kind === "invalid")
    return { savedMs: null, problem: `${path} cannot be read: ${stored.reason}` };
  const saved = toSaved(stored.value);
  if (saved === null) return { savedMs: null, problem: `${path} is of another version` };
  const outcome = counts.restore(saved.engine, nowMs);
  if (!outcome.restored) return { savedMs: null, problem: `${path}: ${outcome.reason ?? "not usable"}` };
  marks.restore(saved.book, nowMs);
  return { savedMs: saved.savedMs, problem: null };
}

function toSaved(value: unknown): { savedMs: number; engine: unknown; book: unknown } | null {
  if (typeof value !== "object" || value === null) return null;
  const { version, saved_ms, engine, book } = value as Readonly<Record<string, unknown>>;
  if (version !== VERSION || typeof saved_ms !== "number" || !Number.isFinite(saved_ms)) return null;
  return { savedMs: saved_ms, engine, book };
}
