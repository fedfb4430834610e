import type { CliInput } from "../args/cli-input.ts";
import type { CliCommand } from "../cli-command.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { safeText } from "../render/safe-text.ts";
import type { Session } from "../session.ts";
import { changeSettings, tellDiff } from "../statusline/change-settings.ts";
import { readSettings } from "../statusline/claude-settings.ts";
import { readPrevious, writePrevious } from "../statusline/previous-line.ts";
import { installedLine, withoutStatusLine } from "../statusline/status-line.ts";
import { DRY_RUN_ARGS } from "./statusline-install.ts";

export const statuslineUninstallCommand: CliCommand = {
  name: "statusline uninstall",
  summary: "put the one from before back",
  args: DRY_RUN_ARGS,
  notes: ["a status line that is not ours is left alone"],
  run: uninstall,
};

async function uninstall(input: CliInput, session: Session): Promise<ExitCode> {
  const { deps } = session;
  const settings = readSettings(deps);
  const line = installedLine(settings.text);
  if (settings.text === null || line === null || !line.isOurs) {
    const what = line === null ? "has no status line" : "has a status line that is not ours";
    deps.stdout.write(`${safeText(settings.path)} ${what}; nothing was changed\n`);
    return EXIT.ok;
  }
  const text = withoutStatusLine(settings.text, readPrevious(settings.path, deps));
  if (input.flag("dry-run")) return tellDiff(settings, text, session);
  changeSettings(settings, text, session);
  writePrevious(settings.path, null, deps);
  return EXIT.ok;
}
