import { randomBytes } from "node:crypto";
import { statfsSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Room for a state and for some thousand lines of the log. */
const RESERVE_BYTES = 4 * 1024 * 1024;
/** Of a small disk no more than this share of what is free. */
const FREE_SHARE = 0.1;

/** Some room on the disk that is given up for the last words of a process which stops on a full one. */
export interface DiskReserve {
  /** Frees the room. @returns Whether there was any. */
  release(): boolean;
}

/** Takes the room, unless an earlier process left it. Without room there is no reserve; that is no fault. Never throws. */
export function openDiskReserve(path: string): DiskReserve {
  try {
    if (statSync(path, { throwIfNoEntry: false }) === undefined) take(path);
  } catch {
    remove(path);
  }
  return { release: () => remove(path) };
}

function take(path: string): void {
  const { bavail, bsize } = statfsSync(dirname(path));
  const bytes = Math.min(RESERVE_BYTES, Math.floor(bavail * bsize * FREE_SHARE));
  // Random: a file system that packs what it stores would hold no room with zeros.
  writeFileSync(path, randomBytes(bytes), { mode: 0o600, flag: "wx" });
}

function remove(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch {
    return false;
  }
}
