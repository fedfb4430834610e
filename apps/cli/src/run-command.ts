import { parseEnv } from "@ccp/usage-contract/core";
import { defineCommand, runCommand as runCitty } from "citty";
import type { CheckedArgs } from "./args/check-args.ts";
import { cliInput } from "./args/cli-input.ts";
import type { CliCommand } from "./cli-command.ts";
import type { CliDeps } from "./cli-deps.ts";
import { CliError } from "./cli-error.ts";
import { createGatewayClient } from "./client/gateway-client.ts";
import { COMMANDS } from "./command-tree.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { createMessages } from "./messages.ts";
import { lookFor } from "./render/look-for.ts";
import type { Session } from "./session.ts";

/** The gateway is on this machine and answers from memory; longer means that it does not answer. */
const TIMEOUT_MS = 3000;

/** Runs a command whose arguments are known to be right. */
export async function runCommand(
  command: CliCommand,
  checked: CheckedArgs,
  deps: CliDeps,
  cc: string,
): Promise<ExitCode> {
  const session = openSession(command, checked, deps, cc);
  const { result } = await runCitty(
    defineCommand({
      meta: { name: command.name, description: command.summary },
      args: { ...command.args },
      run: ({ args }) => command.run(cliInput(args, checked), session),
    }),
    { rawArgs: [...checked.rawArgs] },
  );
  return typeof result === "number" ? result : EXIT.failed;
}

function openSession(command: CliCommand, checked: CheckedArgs, deps: CliDeps, cc: string): Session {
  const typedUrl = checked.globals.url;
  const { settings, errors } = parseEnv(
    typeof typedUrl === "string" ? { ...deps.env, CCP_URL: typedUrl } : deps.env,
  );
  // Only the gateway's address concerns this process; what else is wrong is for the gateway to refuse.
  const badUrl = errors.find((error) => error.startsWith("CCP_URL"));
  if (badUrl !== undefined && (command.findsFaults !== true || typedUrl !== undefined)) {
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
    commands: COMMANDS,
    look: () => look(deps.stdout),
    say: createMessages(deps.stderr, () => look(deps.stderr), deps.env.CCP_LOG_LEVEL ?? null),
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
