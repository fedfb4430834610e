import type { CliCommand } from "../cli-command.ts";
import { CliError } from "../cli-error.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { issueText } from "../render/issue.ts";
import { safeText } from "../render/safe-text.ts";
import type { Session } from "../session.ts";

export const quotasReloadCommand: CliCommand = {
  name: "quotas reload",
  summary: "make the gateway read its quota file again",
  args: {},
  notes: ["a broken file changes nothing: the quotas in force stay, and the exit code is 78"],
  run: (_input, session) => reloadQuotas(session),
};

async function reloadQuotas({ client, deps, cc }: Session): Promise<ExitCode> {
  const result = await client.reloadQuotas();
  const { config, path, loaded } = await client.quotas();
  const file = path ?? "the built-in quotas";
  if (result.success) {
    const models = Object.keys(config.models ?? {}).length;
    const pools = Object.keys(config.pools ?? {}).length;
    deps.stdout.write(`reloaded ${safeText(file)}: ${counted(models, "model")}, ${counted(pools, "pool")}\n`);
    return EXIT.ok;
  }
  for (const issue of result.issues) deps.stderr.write(`${issueText(file, issue)}\n`);
  throw new CliError({
    what: `${safeText(file)} was not loaded; the quotas of ${safeText(loaded)} stay in force`,
    why: result.message,
    next: `mend the file, then: ${cc} quotas reload`,
    exitCode: EXIT.config,
  });
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
