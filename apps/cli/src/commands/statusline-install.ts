import type { CliInput } from "../args/cli-input.ts";
import { usageError } from "../args/usage-error.ts";
import type { CliArgs, CliCommand } from "../cli-command.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { findProgram } from "../node/find-program.ts";
import { safeText } from "../render/safe-text.ts";
import type { Session } from "../session.ts";
import { changeSettings, tellDiff } from "../statusline/change-settings.ts";
import { readSettings } from "../statusline/claude-settings.ts";
import { readPrevious, writePrevious } from "../statusline/previous-line.ts";
import { installedLine, withStatusLine } from "../statusline/status-line.ts";

export const DRY_RUN_ARGS: CliArgs = {
  "dry-run": { type: "boolean", description: "show what would change, and change nothing" },
};

export const statuslineInstallCommand: CliCommand = {
  name: "statusline install",
  summary: "make it Claude Code's status line",
  args: DRY_RUN_ARGS,
  notes: [
    "edits settings.json of ~/.claude (CLAUDE_CONFIG_DIR): one entry, with a copy of the file kept beside it",
    "a status line that stands there is remembered, and comes back with: {cc} statusline uninstall",
    "asks the gateway at --url (CCP_URL); run it again when that changes",
  ],
  run: install,
};

async function install(input: CliInput, session: Session): Promise<ExitCode> {
  const { deps, settings: own, say } = session;
  checkUrl(session);
  const settings = readSettings(deps);
  const line = installedLine(settings.text);
  const text = withStatusLine(settings.text, own.url);
  if (input.flag("dry-run")) return tellDiff(settings, text, session);
  if (text === settings.text) {
    deps.stdout.write(`${safeText(settings.path)} has it already; nothing was changed\n`);
    return EXIT.ok;
  }
  // Ours is no predecessor of ours: what stood there before the first time is what comes back.
  const previous = line?.isOurs === true ? readPrevious(settings.path, deps) : (line?.text ?? null);
  writePrevious(settings.path, previous, deps);
  changeSettings(settings, text, session);
  if (previous !== null)
    await say.note(`the one from before comes back with: ${session.cc} statusline uninstall`);
  await say.note("it shows in folders that you trust, after the next answer");
  if (findProgram("curl", { path: deps.env.PATH, cwd: deps.cwd }) === null) {
    await say.warn("there is no curl in PATH, and the status line runs it: install curl");
  }
  return EXIT.ok;
}

/** It goes into a shell command between double quotes. */
function checkUrl({ settings, cc }: Session): void {
  if (/^[\w.:/[\]-]+$/.test(settings.url)) return;
  const why = `${settings.url} holds characters that a shell would read`;
  throw usageError("this address cannot stand in a command", why, cc, "statusline install");
}
