import type { CliArgs, CliCommand } from "../cli-command.ts";

/** Options that every command takes. */
export const GLOBAL_ARGS: CliArgs = {
  url: { type: "string", valueHint: "URL", description: "where the gateway is (else CCP_URL)" },
  color: { type: "boolean", description: "colours on or off (--no-color), whatever the terminal says" },
  ascii: { type: "boolean", description: "only ASCII characters" },
  help: { type: "boolean", alias: "h", description: "show this help" },
  version: { type: "boolean", alias: "v", description: "show the version" },
};

/** Those that a command takes; `cc` itself takes all. */
export function globalArgs(command: CliCommand | null): CliArgs {
  if (command?.asksNoGateway !== true) return GLOBAL_ARGS;
  const { url: _url, ...others } = GLOBAL_ARGS;
  return others;
}
