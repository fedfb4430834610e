import { checkArgs } from "./args/check-args.ts";
import { readArgv } from "./args/read-argv.ts";
import type { CliDeps } from "./cli-deps.ts";
import { CliError } from "./cli-error.ts";
import { COMMANDS } from "./command-tree.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { lookFor } from "./render/look-for.ts";

/**
 * Runs one command line.
 *
 * @param argv Without the node binary and the script.
 * @returns The exit code. Never throws: what goes wrong is told on stderr.
 */
export async function runCli(argv: readonly string[], deps: CliDeps): Promise<ExitCode> {
  const cc = deps.checkoutDir === null ? "ccp" : "npx cc";
  const level = deps.env.CCP_LOG_LEVEL ?? null;
  // An error in the options is told before they are known, in the colours that the terminal asks for.
  const plainLook = lookFor({}, deps);
  try {
    const read = await readArgv(argv, COMMANDS, cc);
    const checked = checkArgs(read, cc);
    if (checked.globals.version === true) {
      deps.stdout.write(`ccp ${deps.version}\n`);
      return EXIT.ok;
    }
    if (checked.globals.help === true || read.command === null) {
      const { renderHelp } = await import("./render/help.ts");
      deps.stdout.write(renderHelp(read.command, COMMANDS, cc, lookFor(checked.globals, deps)(deps.stdout)));
      return EXIT.ok;
    }
    const { runCommand } = await import("./run-command.ts");
    return await runCommand(read.command, checked, deps, cc);
  } catch (error) {
    if (deps.signal.aborted) return EXIT.interrupted;
    const told = error instanceof CliError ? error : unexpected(error);
    const { createMessages } = await import("./messages.ts");
    await createMessages(deps.stderr, () => plainLook(deps.stderr), level).error(told);
    if (told !== error && level === "debug") deps.stderr.write(`${stackOf(error)}\n`);
    return told.exitCode;
  }
}

function unexpected(error: unknown): CliError {
  return new CliError({
    what: "this should not have happened",
    why: error instanceof Error ? error.message : String(error),
    next: "run the same command with CCP_LOG_LEVEL=debug and report what it prints",
    exitCode: EXIT.failed,
  });
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
