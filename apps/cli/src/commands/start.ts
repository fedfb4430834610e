import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { CliInput } from "../args/cli-input.ts";
import { usageError } from "../args/usage-error.ts";
import type { CliArgs, CliCommand } from "../cli-command.ts";
import { CliError } from "../cli-error.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { gatewayScript } from "../node/gateway-program.ts";
import { findLaunchers, LAUNCHER_VARIABLE } from "../node/launchers.ts";
import type { Session } from "../session.ts";

const args: CliArgs = {
  demo: {
    type: "boolean",
    description: "two mock upstreams and a fast clock; needs no key, keeps its own state",
  },
  traffic: {
    type: "boolean",
    description: "with --demo: made-up agents at work, so that there is something to see",
  },
  port: { type: "string", valueHint: "PORT", description: "where to listen (else CCP_PORT, 8082)" },
  host: { type: "string", valueHint: "HOST", description: "where to listen (else CCP_HOST, 127.0.0.1)" },
  config: {
    type: "string",
    valueHint: "FILE",
    description: "the provider catalog (else CCP_PROVIDERS_FILE, …)",
  },
  strict: { type: "boolean", description: "do not start on a broken catalog" },
};

export const startCommand: CliCommand = {
  name: "start",
  summary: "run the gateway here",
  args,
  asksNoGateway: true,
  notes: ["Ctrl-C lets streams finish; a second one does not wait"],
  run: runStart,
};

/** Hands over to the gateway, which takes the same options. What is plainly wrong is told before anything starts. */
async function runStart(input: CliInput, session: Session): Promise<ExitCode> {
  const { deps } = session;
  refuseLoneTraffic(input, session);
  const port = readPort(input, session);
  const host = input.text("host");
  const config = readConfig(input, session);
  const options = [
    ...(port === null ? [] : ["--port", port]),
    ...(host === null ? [] : ["--host", host]),
    ...(config === null ? [] : ["--config", config]),
    ...(input.flag("strict") ? ["--strict"] : []),
    ...(input.flag("demo") ? ["--demo"] : []),
    ...(input.flag("traffic") ? ["--traffic"] : []),
    ...findLaunchers(deps.env).flatMap((pid) => ["--launched-by", String(pid)]),
  ];
  const { [LAUNCHER_VARIABLE]: _launcher, ...env } = deps.env;
  return deps.launch(process.execPath, [...gatewayProgram(session), ...options], env);
}

function refuseLoneTraffic(input: CliInput, { cc }: Session): void {
  if (!input.flag("traffic") || input.flag("demo")) return;
  throw usageError("--traffic needs --demo", "made-up requests are never sent to real lanes", cc, "start");
}

function readPort(input: CliInput, { cc }: Session): string | null {
  const port = input.text("port");
  if (port === null || (/^\d{1,5}$/.test(port) && Number(port) <= 65_535)) return port;
  throw usageError(`--port cannot be "${port}"`, "it is a whole number from 0 to 65535", cc, "start");
}

/** The file's full path: the gateway must find it whatever folder it works in. */
function readConfig(input: CliInput, { deps, cc }: Session): string | null {
  const config = input.text("config");
  if (config === null) return null;
  const file = resolve(deps.cwd, config);
  if (existsSync(file)) return file;
  throw new CliError({
    what: `there is no catalog ${file}`,
    why: "--config names a file that does not exist",
    next: `${cc} providers shows the catalog in force`,
    exitCode: EXIT.config,
  });
}

/** Node's own options and the gateway's script. From TypeScript sources the gateway runs from sources, too. */
function gatewayProgram({ cc }: Session): string[] {
  const conditions = import.meta.url.endsWith(".ts") ? ["--conditions=ccp-source"] : [];
  return ["--disable-sigusr1", ...conditions, gatewayScript(cc)];
}
