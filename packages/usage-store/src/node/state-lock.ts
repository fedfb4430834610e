import {
  closeSync,
  constants,
  copyFileSync,
  linkSync,
  openSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { errorReason } from "./error-reason.ts";
import { hasCode } from "./file-ops.ts";
import { readJsonState } from "./json-state.ts";
import { fileReason, makeFolder } from "./make-folder.ts";
import { identityOf, isRunning, type ProcessIdentity } from "./process-identity.ts";

export const LOCK_NAME = "ccp.lock";

export type StateLock =
  /** This process writes the folder's files. `release` is safe to call twice. */
  | { readonly kind: "owner"; readonly path: string; release(): void }
  /** Another live process does. */
  | {
      readonly kind: "held";
      readonly path: string;
      readonly pid: number;
      readonly sinceMs: number;
    }
  /** The folder cannot be written (`EROFS`, `EACCES`, …): nobody's lock, and no place for files. */
  | {
      readonly kind: "unavailable";
      readonly path: string;
      readonly reason: string;
    };

interface LockContent extends ProcessIdentity {
  readonly sinceMs: number;
}

const CREATE_FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
/** Takeovers last microseconds: one this old was begun by a process that died in it. */
const TAKEOVER_MAX_AGE_MS = 10_000;

const UNREADABLE: ReadonlySet<string> = new Set(["EACCES", "EPERM", "EIO", "EMFILE", "ENFILE"]);

/** What a lock file says: `null` when it is gone, `broken` when it is no lock (then nobody holds it). */
function readLock(path: string): LockContent | "broken" | null {
  const state = readJsonState(path);
  if (state.kind === "missing") return null;
  // Unreadable is not broken: another user's lock may be as alive as ours.
  if (state.kind === "invalid" && UNREADABLE.has(state.reason)) throw new Error(state.reason);
  if (state.kind !== "value" || typeof state.value !== "object" || state.value === null) return "broken";
  const { pid, start, since_ms: sinceMs } = state.value as Record<string, unknown>;
  if (typeof pid !== "number" || !Number.isInteger(pid) || pid <= 0 || typeof sinceMs !== "number") {
    return "broken";
  }
  return { pid, start: typeof start === "string" ? start : null, sinceMs };
}

function liveHolder(path: string): LockContent | null {
  const holder = readLock(path);
  return holder !== null && holder !== "broken" && isRunning(holder) ? holder : null;
}

function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Gone already, or the folder has become read-only: the next start sees a dead holder.
  }
}

function writeNew(path: string, content: LockContent): void {
  removeQuietly(path);
  const fd = openSync(path, CREATE_FLAGS, 0o600);
  try {
    writeSync(
      fd,
      `${JSON.stringify({ pid: content.pid, start: content.start, since_ms: content.sinceMs })}\n`,
    );
  } finally {
    closeSync(fd);
  }
}

/** Gives `draft` the lock's name if nobody has it. A link, so that the lock is never seen half written. */
function claim(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    if (!hasCode(error, "EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS")) throw error;
  }
  // A file system without links.
  try {
    copyFileSync(draft, path, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  }
}

/**
 * Puts `draft` in the place of a dead holder's lock. A guard file lets one contender at a time look again and
 * replace: without it, two that saw the same dead holder would both believe they had won.
 *
 * @returns `false` when there is no dead holder any more, or another contender is at it.
 */
export function takeOver(draft: string, path: string, nowMs: number): boolean {
  const guard = `${path}.takeover`;
  try {
    closeSync(openSync(guard, CREATE_FLAGS, 0o600));
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
    const age = nowMs - (statSync(guard, { throwIfNoEntry: false })?.mtimeMs ?? nowMs);
    if (age > TAKEOVER_MAX_AGE_MS) removeQuietly(guard);
    return false;
  }
  try {
    // Gone since: whoever comes first may claim it, and a rename could then throw out a living holder.
    if (readLock(path) === null || liveHolder(path) !== null) return false;
    renameSync(draft, path);
    return true;
  } finally {
    removeQuietly(guard);
  }
}

/** Waits without giving way: opening a state folder happens once, before anything is served. */
function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function acquire(draft: string, path: string, own: LockContent): StateLock {
  // Between two looks the holder may go, or another contender may be replacing a dead one.
  for (let round = 0; round < 100; round += 1) {
    if (round > 0) pause(2);
    writeNew(draft, own);
    if (claim(draft, path)) return owned(path, own);
    const holder = liveHolder(path);
    if (holder !== null) return { kind: "held", path, pid: holder.pid, sinceMs: holder.sinceMs };
    if (takeOver(draft, path, own.sinceMs)) return owned(path, own);
  }
  return {
    kind: "unavailable",
    path,
    reason: "another process is taking the lock over",
  };
}

function owned(path: string, own: LockContent): StateLock {
  const release = (): void => {
    try {
      const holder = readLock(path);
      if (holder === null || holder === "broken") return;
      // Somebody else's by now (this process was taken for dead): not ours to remove.
      const ours = holder.pid === own.pid && holder.start === own.start && holder.sinceMs === own.sinceMs;
      if (ours) removeQuietly(path);
    } catch {
      // Stays behind; the next start sees that its holder is dead.
    }
  };
  return { kind: "owner", path, release };
}

/**
 * Makes this process the only writer of a state folder, or tells who is. The lock names the process by number and
 * start time, so one that was left by a crash is taken over even when its number has been given to another process.
 * Readers need no lock.
 *
 * Never throws on file system faults. A second call in the same process finds the lock held by itself.
 *
 * @param nowMs Epoch ms, written as the lock's age.
 * @example
 * const lock = acquireStateLock(stateDir);
 * if (lock.kind === "held") fail(`another gateway (pid ${lock.pid}) writes ${stateDir}`);
 */
export function acquireStateLock(dir: string, nowMs: number = Date.now()): StateLock {
  const path = join(dir, LOCK_NAME);
  const draft = `${path}.${process.pid}`;
  try {
    makeFolder(dir);
    return acquire(draft, path, { ...identityOf(process.pid), sinceMs: nowMs });
  } catch (error) {
    return { kind: "unavailable", path, reason: fileReason(errorReason(error)) };
  } finally {
    removeQuietly(draft);
  }
}
