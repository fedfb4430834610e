import { readFileSync } from "node:fs";
import { parentOf } from "@ccp/usage-store/node";

/** Deeper than any chain of npm, shells and shims that was ever seen. */
const MAX_DEPTH = 16;
/** npm, pnpm and yarn give this to what they start, and do not have it themselves. */
const STARTED_BY_NPM = "npm_lifecycle_event";

/**
 * The processes that stand above this one only to wait for it: npx, and the shells between. A signal that ends one of them
 * reaches nothing below it.
 *
 * @param launcher The program that started this one and waits, where it said so.
 */
export function findLaunchers(
  env: Readonly<Record<string, string | undefined>>,
  launcher: string | undefined = env[LAUNCHER_VARIABLE],
): number[] {
  const script = env[STARTED_BY_NPM];
  const own = launcher === String(process.ppid) ? [process.ppid] : [];
  if (script === undefined) return own;
  const pids: number[] = [];
  let pid: number | null = process.ppid;
  while (pid !== null && pid > 1 && pids.length < MAX_DEPTH) {
    pids.push(pid);
    if (environmentOf(pid)?.get(STARTED_BY_NPM) !== script) break;
    pid = parentOf(pid);
  }
  return pids;
}

/** Set by the launcher that runs the command on another Node and waits for it. */
export const LAUNCHER_VARIABLE = "CCP_LAUNCHER";

/** What a process was started with; `null` where the system does not say, or the process is somebody else's. */
function environmentOf(pid: number): ReadonlyMap<string, string> | null {
  try {
    const entries = readFileSync(`/proc/${pid}/environ`, "latin1").split("\0");
    return new Map(entries.map((entry) => splitOnce(entry)));
  } catch {
    return null;
  }
}

function splitOnce(entry: string): [string, string] {
  const at = entry.indexOf("=");
  return [entry.slice(0, at), entry.slice(at + 1)];
}
