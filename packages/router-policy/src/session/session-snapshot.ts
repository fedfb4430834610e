import type { LaneId } from "@ccp/usage-contract";
import { isCount, isRecord, isTime, readRows } from "../plain-values.ts";

/** One session; `key` is a fingerprint, not its name. */
export interface SavedSession {
  readonly key: number;
  readonly lane: LaneId;
  readonly atMs: number;
  readonly usedAtMs: number;
  readonly inputTokens: number;
  readonly cachedTokens: number;
}

/** A session book as plain JSON, the latest used session last. */
export interface SessionBookSnapshot {
  readonly version: 1;
  readonly sessions: readonly SavedSession[];
}

/** Reads a snapshot as it comes from a file; rows that are not valid are skipped. */
export function readSessions(value: unknown): SavedSession[] {
  return isRecord(value) && value.version === 1 ? readRows(value.sessions, toSession) : [];
}

function toSession(row: Readonly<Record<string, unknown>>): SavedSession | null {
  const { key, lane, atMs, usedAtMs, inputTokens, cachedTokens } = row;
  if (typeof lane !== "string" || !isCount(key) || !isTime(atMs) || !isTime(usedAtMs)) return null;
  if (!isCount(inputTokens) || !isCount(cachedTokens)) return null;
  return { key, lane, atMs, usedAtMs, inputTokens, cachedTokens };
}
