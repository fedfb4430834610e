import { readFileSync } from "node:fs";
import { errorReason } from "./file-ops.ts";

/** Who holds a lock. `start` tells a process from a later one with the same number; `null` where no system tells. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly start: string | null;
}

/**
 * Start of a process on Linux: boot id and start tick. Field 22 of `/proc/<pid>/stat`; the second field is the
 * command in parentheses and may hold blanks and parentheses itself, so counting begins behind its last one.
 */
export function processStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const ticks = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    if (ticks === undefined) return null;
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot}:${ticks}`;
  } catch {
    return null;
  }
}

export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, start: processStart(process.pid) };
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    return errorReason(error) === "EPERM";
  }
}

/** Whether the process that wrote this identity still runs: not another one that was given its number since. */
export function isRunning(identity: ProcessIdentity): boolean {
  if (!exists(identity.pid)) return false;
  const start = processStart(identity.pid);
  return start === null || identity.start === null || start === identity.start;
}
