import { existsSync } from "node:fs";
import { join } from "node:path";
import { checkHistory, HISTORY_NAME } from "@ccp/usage-store/node";
import { type Check, ok, warn } from "./check.ts";

/** Whether the history can be read. Without it everything is served; only charts and rollups lack their past. */
export async function checkHistoryDb(stateDir: string): Promise<Check> {
  const path = join(stateDir, HISTORY_NAME);
  if (!existsSync(path)) return ok("history", "none yet");
  const fault = await checkHistory(path);
  return fault === null
    ? ok("history", `${path} can be read`)
    : warn("history", `${path}: ${fault.what}`, fault.mend);
}
