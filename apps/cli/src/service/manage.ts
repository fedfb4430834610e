import { existsSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileReason, makeFolder, readSmallFile } from "@ccp/usage-store/node";
import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-code.ts";
import { findProgram } from "../node/find-program.ts";
import { type Captured, runCaptured } from "../node/run-captured.ts";
import { writeWhole } from "../node/write-whole.ts";
import { safeText } from "../render/safe-text.ts";
import type { Session } from "../session.ts";
import { posixQuoted } from "../view/quoted.ts";
import type { ManagerCall, ServiceManager } from "./service-manager.ts";
import { ENV_FILE_TEXT } from "./unit-text.ts";

/** A call as a person would type it. */
export function callText({ file, args }: ManagerCall): string {
  return [file, ...args].map(posixQuoted).join(" ");
}

/** Runs a call; `null` where its program is not installed. */
export async function runCall({ file, args }: ManagerCall, { deps }: Session): Promise<Captured | null> {
  const program = findProgram(file, { path: deps.env.PATH, cwd: deps.cwd });
  return program === null ? null : runCaptured(program, args, deps.env);
}

/** Whether the manager answers: its program may be there and its daemon not, as in containers. */
export async function isUsable(manager: ServiceManager, session: Session): Promise<boolean> {
  return (await runCall(manager.probe, session))?.code === 0;
}

export interface WrittenFiles {
  /** The unit is another one than before. */
  readonly unitChanged: boolean;
  readonly envCreated: boolean;
}

/**
 * Writes the unit, and an empty file of variables where there is none. One that is there is never touched: it holds keys.
 *
 * @throws {CliError} When one cannot be written.
 */
export function writeFiles({ unitPath, unitText, envFile, folders }: ServiceManager): WrittenFiles {
  try {
    for (const folder of folders) makeFolder(folder);
    const unitChanged = readOrNull(unitPath) !== unitText;
    if (unitChanged) writeWhole(unitPath, unitText, 0o644);
    return { unitChanged, envCreated: createEnvFile(envFile) };
  } catch (error) {
    throw new CliError({
      what: "the service could not be written",
      why: safeText(error instanceof Error ? error.message : String(error)),
      next: "make the folder writable, or see what it would be: service install --dry-run",
      exitCode: EXIT.failed,
    });
  }
}

function createEnvFile(path: string): boolean {
  if (existsSync(path)) return false;
  makeFolder(dirname(path));
  // Never readable for others, not even between being made and being closed to them.
  writeFileSync(path, ENV_FILE_TEXT, { flag: "wx", mode: 0o600 });
  return true;
}

export function readOrNull(path: string): string | null {
  const read = readSmallFile(path);
  if (read.kind === "invalid") throw new Error(`${path} cannot be read: ${fileReason(read.reason)}`);
  return read.kind === "text" ? read.text : null;
}
