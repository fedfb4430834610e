import { accessSync, constants, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { checkRights, LOG_NAME, type StatePaths } from "@ccp/usage-store/node";
import { type Check, fail, ok, warn } from "./check.ts";

const MEBIBYTE = 1_048_576;

/** Whether somebody else could change files or folders that the gateway goes by. */
export function checkFileRights(paths: readonly (string | null)[]): Check[] {
  const faults = [...new Set(paths)].flatMap((path) => (path === null ? [] : (checkRights(path) ?? [])));
  if (faults.length === 0) return [ok("rights", "nobody else can change what the gateway goes by")];
  return faults.map(({ path, what, mend }) => warn("rights", `${path} ${what}`, mend));
}

/** Whether state and log can be written by whoever runs this, and how much there is. */
export function checkState({ stateDir, logsDir }: Pick<StatePaths, "stateDir" | "logsDir">): Check[] {
  return [folderCheck("state", stateDir, ""), folderCheck("log", logsDir, logSize(logsDir))];
}

function folderCheck(name: string, dir: string, more: string): Check {
  const reason = whyNotWritable(dir);
  if (reason === null) return ok(name, `${dir} can be written${more}`);
  const fix = "make it writable, or choose another: CCP_STATE_DIR=… (CCP_LOGS_DIR=… for the log)";
  return fail(name, `${dir} cannot be written: ${reason}`, fix);
}

/** A folder that is not there yet can be made where the nearest one above it can be written. */
function whyNotWritable(dir: string): string | null {
  try {
    accessSync(dir, constants.W_OK | constants.X_OK);
    return statSync(dir).isDirectory() ? null : "it is no folder";
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" && dirname(dir) !== dir) return whyNotWritable(dirname(dir));
    return code ?? String(error);
  }
}

function logSize(logsDir: string): string {
  try {
    const { size } = statSync(join(logsDir, LOG_NAME));
    return `; ${LOG_NAME} has ${(size / MEBIBYTE).toFixed(1)} MiB`;
  } catch {
    return "; no log yet";
  }
}
