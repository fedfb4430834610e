import { existsSync } from "node:fs";
import { CliError } from "../cli-error.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { writeWhole } from "../node/write-whole.ts";
import { safeText } from "../render/safe-text.ts";
import type { Session } from "../session.ts";
import type { ClaudeSettings } from "./claude-settings.ts";
import { lineDiff } from "./line-diff.ts";

/** Shows what a change would be. */
export function tellDiff({ path, text: before }: ClaudeSettings, text: string, { deps }: Session): ExitCode {
  const diff = lineDiff(before ?? "", text);
  const lines =
    diff.length === 0
      ? [`${path} has it already; nothing would change`]
      : [`--- ${before === null ? "/dev/null" : path}`, `+++ ${path}`, ...diff];
  deps.stdout.write(lines.map((line) => `${safeText(line)}\n`).join(""));
  return EXIT.ok;
}

/**
 * Writes the settings, with a copy of what they were beside them.
 *
 * @throws {CliError} When one of the two cannot be written; the settings are then as they were.
 */
export function changeSettings(
  { path, text: before, mode }: ClaudeSettings,
  text: string,
  session: Session,
): void {
  const { deps } = session;
  const copy = freeName(`${path}.${stamp(deps.nowMs())}`);
  try {
    if (before !== null) writeWhole(copy, before, mode);
    writeWhole(path, text, mode);
  } catch (error) {
    throw new CliError({
      what: `${safeText(path)} cannot be written`,
      why: safeText(error instanceof Error ? error.message : String(error)),
      next: "make it writable; nothing was changed",
      exitCode: EXIT.failed,
    });
  }
  const kept = before === null ? "" : `; as it was: ${safeText(copy)}`;
  deps.stdout.write(`changed ${safeText(path)}${kept}\n`);
}

/** Two changes within a second: the second copy must not take the place of the first. */
function freeName(start: string): string {
  let name = `${start}.bak`;
  for (let count = 2; existsSync(name); count += 1) name = `${start}-${count}.bak`;
  return name;
}

/** `20261121T194107Z` */
function stamp(nowMs: number): string {
  return new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, "");
}
