import { resolve } from "node:path";
import type { CliInput } from "../args/cli-input.ts";
import type { CliArg } from "../cli-command.ts";
import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-code.ts";
import { type LogFile, openLogFiles } from "../node/log-files.ts";
import { safeText } from "../render/safe-text.ts";
import type { Session } from "../session.ts";

export const LOG_ARG: CliArg = {
  type: "string",
  valueHint: "FILE",
  description: "a usage.jsonl, or a folder with its generations (else the gateway's)",
};

/** The log that was named, else the gateway's. */
export async function logPlace(input: CliInput, session: Session): Promise<string> {
  const named = input.text("log");
  if (named !== null) return resolve(session.deps.cwd, named);
  const { gatewayFolders } = await import("../store/gateway-folders.ts");
  return (await gatewayFolders(session)).logsDir;
}

/**
 * Opens every generation, newest first; empty where nothing was written yet.
 *
 * @throws {CliError} When the log is there and may not be read.
 */
export function openLogOrTell(path: string, { cc }: Session): LogFile[] {
  try {
    return openLogFiles(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : null;
    if (code === null) throw error;
    throw new CliError({
      what: `the log ${safeText(path)} cannot be read`,
      why: code === "EACCES" ? "no permission" : code,
      next: `${cc} logs --log FILE`,
      exitCode: EXIT.failed,
    });
  }
}
