import { statSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { fileReason, readSmallFile } from "@ccp/usage-store/node";
import type { CliDeps } from "../cli-deps.ts";
import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-code.ts";
import { safeText } from "../render/safe-text.ts";
import { placeOf, scanJson } from "./scan-json.ts";

export interface ClaudeSettings {
  readonly path: string;
  /** A JSON object; `null` where there is no file yet. */
  readonly text: string | null;
  /** Permission bits. */
  readonly mode: number;
}

const NEW_MODE = 0o600;

/** Where Claude Code keeps a person's settings. */
export function settingsPath({ env, homeDir }: Pick<CliDeps, "env" | "homeDir">): string {
  const dir = env.CLAUDE_CONFIG_DIR?.trim() ?? "";
  return join(isAbsolute(dir) ? dir : join(homeDir, ".claude"), "settings.json");
}

/**
 * Reads Claude Code's settings.
 *
 * @throws {CliError} With the place, when they are no JSON object: an edit could only make them worse.
 */
export function readSettings(deps: Pick<CliDeps, "env" | "homeDir">): ClaudeSettings {
  const path = settingsPath(deps);
  const text = readText(path);
  if (text === null) return { path, text, mode: NEW_MODE };
  const scanned = scanJson(text);
  if (scanned.success) return { path, text, mode: statSync(path).mode & 0o777 };
  const { line, column } = placeOf(text, scanned.offset);
  throw new CliError({
    what: `${safeText(path)} is no JSON`,
    why: `${safeText(path)}:${line}:${column}: expected ${scanned.expected}`,
    next: "mend it, then run the same command again; nothing was changed",
    exitCode: EXIT.config,
  });
}

function readText(path: string): string | null {
  const read = readSmallFile(path);
  if (read.kind !== "invalid") return read.kind === "text" ? read.text : null;
  throw new CliError({
    what: `${safeText(path)} cannot be read`,
    why: fileReason(read.reason),
    next: "make it a file that can be read; nothing was changed",
    exitCode: EXIT.failed,
  });
}
