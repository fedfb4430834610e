import { parseEnv } from "@ccp/usage-contract";
import { type CheckedArgs, checkArgs } from "./args/check-args.ts";
import { cliInput } from "./args/cli-input.ts";
import { readArgv } from "./args/read-argv.ts";
import type { CliCommand } from "./cli-command.ts";
import type { CliDeps, TextStream } from "./cli-deps.ts";
import { CliError } from "./cli-error.ts";
import { createGatewayClient } from "./client/gateway-client.ts";
import { COMMANDS } from "./command-tree.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { createMessages } from "./messages.ts";
import { type Look, readLook } from "./render/look.ts";
import type { Session } from "./session.ts";

/** The gateway is on this machine and answers from memory; longer means that it does not answer. */
const TIMEOUT_MS = 3000;

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
    return await runCommand(read.command, checked, openSession(checked, deps, cc, level));
  } catch (error) {
    if (deps.signal.aborted) return EXIT.interrupted;
    const told = error instanceof CliError ? error : unexpected(error);
    await createMessages(deps.stderr, () => plainLook(deps.stderr), level).error(told);
    if (told !== error && level === "debug") deps.stderr.write(`${stackOf(error)}\n`);
    return told.exitCode;
  }
}

async function runCommand(command: CliCommand, checked: CheckedArgs, session: Session): Promise<ExitCode> {
  const { defineCommand, runCommand: runCitty } = await import("citty");
  const { result } = await runCitty(
    defineCommand({
      meta: { name: command.name, description: command.summary },
      args: { ...command.args },
      run: ({ args }) => command.run(cliInput(args), session),
    }),
    { rawArgs: [...checked.rawArgs] },
  );
  return typeof result === "number" ? result : EXIT.failed;
}

function openSession(checked: CheckedArgs, deps: CliDeps, cc: string, level: string | null): Session {
  const typedUrl = checked.globals.url;
  const { settings, errors } = parseEnv(
    typeof typedUrl === "string" ? { ...deps.env, CCP_URL: typedUrl } : deps.env,
  );
  // Only the gateway's address concerns this process; what else is wrong is for the gateway to refuse.
  const badUrl = errors.find((error) => error.startsWith("CCP_URL"));
  if (badUrl !== undefined) {
    const [what, why] = badUrl.split(": ", 2);
    throw new CliError({
      what: typedUrl === undefined ? (what ?? badUrl) : "--url is no address of a gateway",
      why: why ?? badUrl,
      next: `${cc} quotas --url http://127.0.0.1:8082`,
      exitCode: typedUrl === undefined ? EXIT.config : EXIT.usage,
    });
  }
  const look = lookFor(checked.globals, deps);
  return {
    deps,
    settings,
    cc,
    look: () => look(deps.stdout),
    say: createMessages(deps.stderr, () => look(deps.stderr), level),
    client: createGatewayClient({
      url: settings.url,
      request: deps.request,
      adminToken: settings.adminToken,
      signal: deps.signal,
      cc,
      timeoutMs: TIMEOUT_MS,
    }),
  };
}

function lookFor(globals: CheckedArgs["globals"], deps: CliDeps): (stream: TextStream) => Look {
  const color = globals.color;
  const options = { color: typeof color === "boolean" ? color : null, ascii: globals.ascii === true };
  return (stream) => readLook(options, deps.env, stream);
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
