import type { CliArgs } from "../cli-command.ts";

/** Options that every command takes. */
export const GLOBAL_ARGS: CliArgs = {
  url: { type: "string", valueHint: "URL", description: "where the gateway is (else CCP_URL)" },
  color: { type: "boolean", description: "colours on or off (--no-color), whatever the terminal says" },
  ascii: { type: "boolean", description: "only ASCII characters" },
  help: { type: "boolean", alias: "h", description: "show this help" },
  version: { type: "boolean", alias: "v", description: "show the version" },
};
