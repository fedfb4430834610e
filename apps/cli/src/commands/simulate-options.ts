import { resolve } from "node:path";
import { parseRerouteMode, REROUTE_MODES, type RerouteMode } from "@ccp/usage-contract/core";
import type { CliInput } from "../args/cli-input.ts";
import { usageError } from "../args/usage-error.ts";
import type { CliArgs } from "../cli-command.ts";
import type { Session } from "../session.ts";
import { gatewayFolders } from "../store/gateway-folders.ts";

export const SIMULATE_ARGS: CliArgs = {
  log: {
    type: "string",
    valueHint: "FILE",
    description: "a usage.jsonl, a folder with its generations, - for stdin (else the gateway's log)",
  },
  mode: {
    type: "string",
    valueHint: "LIST",
    listOf: REROUTE_MODES,
    description: "preemptive, run2cap, hybrid; several with commas (else all)",
  },
  quotas: {
    type: "string",
    valueHint: "FILE",
    description: "the quotas to decide by (else the running gateway's)",
  },
  config: { type: "string", valueHint: "FILE", description: "the provider catalog (else the one in force)" },
  cooldown: {
    type: "string",
    valueHint: "SECONDS",
    description: "cooldown after a limit (else CCP_QUOTA_COOLDOWN_SEC, 300)",
  },
  json: { type: "boolean", description: "everything as JSON (ccp.simulate/1)" },
};

/** A file of the command line. */
export interface NamedFile {
  /** Full path; of a log also `-`. */
  readonly path: string;
  /** As it was typed. */
  readonly name: string;
}

export interface SimulateOptions {
  readonly log: NamedFile;
  readonly modes: readonly RerouteMode[];
  readonly quotas: NamedFile | null;
  readonly config: NamedFile | null;
  readonly cooldownSec: number;
  readonly json: boolean;
}

/** No window is longer than a month. */
const MAX_COOLDOWN_SEC = 2_678_400;

export async function readSimulateOptions(input: CliInput, session: Session): Promise<SimulateOptions> {
  return {
    modes: readModes(input, session),
    quotas: readFile(input, "quotas", session),
    config: readFile(input, "config", session),
    cooldownSec: readCooldown(input, session),
    json: input.flag("json"),
    // Last: whoever mistyped an option need not wait for a gateway.
    log: readFile(input, "log", session) ?? (await gatewayLog(session)),
  };
}

function readFile(input: CliInput, option: string, { deps }: Session): NamedFile | null {
  const name = input.text(option);
  if (name === null) return null;
  return { name, path: name === "-" && option === "log" ? name : resolve(deps.cwd, name) };
}

async function gatewayLog(session: Session): Promise<NamedFile> {
  const { logsDir } = await gatewayFolders(session);
  return { name: logsDir, path: logsDir };
}

function readModes(input: CliInput, { cc }: Session): readonly RerouteMode[] {
  const text = input.text("mode");
  if (text === null) return REROUTE_MODES;
  const modes = text.split(",").map((word) => {
    const mode = parseRerouteMode(word);
    if (mode !== null) return mode;
    throw usageError(
      `--mode cannot be "${word.trim()}"`,
      `the modes are ${REROUTE_MODES.join(", ")}`,
      cc,
      "simulate",
    );
  });
  return [...new Set(modes)];
}

function readCooldown(input: CliInput, { cc, settings }: Session): number {
  const text = input.text("cooldown");
  if (text === null) return settings.cooldownSec;
  const seconds = /^\d{1,7}(?:\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
  if (seconds <= MAX_COOLDOWN_SEC) return seconds;
  const why = `"${text}" is not a number of seconds from 0 to ${MAX_COOLDOWN_SEC}`;
  throw usageError("--cooldown cannot use that", why, cc, "simulate");
}
