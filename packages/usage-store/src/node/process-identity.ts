import { readFileSync } from "node:fs";
import { errorReason } from "./error-reason.ts";

/** Who holds a lock. `start` tells a process from a later one with the same number; `null` where no system tells. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly start: string | null;
}

/**
 * Fields of `/proc/<pid>/stat` from the state on, which is the third. The second is the command in parentheses and may
 * hold blanks and parentheses itself, so counting begins behind its last one. `null` where no system tells.
 */
function statFields(pid: number): string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return null;
  }
}

const STATE = 0;
const PARENT = 1;
const START_TICKS = 19;

/** Start of a process on Linux: boot id and start tick. */
export function processStart(pid: number): string | null {
  const ticks = statFields(pid)?.[START_TICKS];
  if (ticks === undefined) return null;
  try {
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}:${ticks}`;
  } catch {
    return null;
  }
}

/** Who started a process, or took it over. Linux only: `null` elsewhere. */
export function parentOf(pid: number): number | null {
  const parent = Number(statFields(pid)?.[PARENT]);
  return Number.isInteger(parent) && parent > 0 ? parent : null;
}

export function identityOf(pid: number): ProcessIdentity {
  return { pid, start: processStart(pid) };
}

/** Ended, and kept in the table only because its parent has not asked how. */
function isDefunct(pid: number): boolean {
  const state = statFields(pid)?.[STATE];
  return state === "Z" || state === "X";
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
  if (!exists(identity.pid) || isDefunct(identity.pid)) return false;
  const start = processStart(identity.pid);
  return start === null || identity.start === null || start === identity.start;
}
