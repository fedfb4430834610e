import type { CliCommand } from "../cli-command.ts";
import { CliError } from "../cli-error.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { issueText } from "../render/issue.ts";
import { safeText } from "../render/safe-text.ts";
import type { Session } from "../session.ts";

export const providersReloadCommand: CliCommand = {
  name: "providers reload",
  summary: "make the gateway read its catalog again",
  args: {},
  notes: [
    "a broken file changes nothing: the catalog in force stays, and the exit code is 78",
    "keys are those that the gateway was started with; the quotas are read again, too",
  ],
  run: (_input, session) => reloadProviders(session),
};

async function reloadProviders({ client, deps, cc }: Session): Promise<ExitCode> {
  const result = await client.reloadProviders();
  const view = await client.providers();
  const file = safeText(view?.path ?? "the built-in catalog");
  if (result.success) {
    const lanes = Object.keys(view?.providers ?? {}).length;
    deps.stdout.write(`reloaded ${file}: ${lanes} ${lanes === 1 ? "lane" : "lanes"}\n`);
    return EXIT.ok;
  }
  for (const issue of result.issues) deps.stderr.write(`${issueText(file, issue)}\n`);
  const isRouted = Object.keys(view?.providers ?? {}).length > 0;
  throw new CliError({
    what: `${file} was not loaded; ${isRouted ? "the last good one stays in force" : "nothing is routed"}`,
    why: result.message,
    next: `mend the file, then: ${cc} providers reload`,
    exitCode: EXIT.config,
  });
}
