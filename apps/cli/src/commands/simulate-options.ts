import { resolve } from "node:path";
import { parseRerouteMode, REROUTE_MODES, type RerouteMode } from "@ccp/usage-contract";
import { statePaths } from "@ccp/usage-store/node";
import type { CliInput } from "../args/cli-input.ts";
import { usageError } from "../args/usage-error.ts";
import type { CliArgs } from "../cli-command.ts";

import type { Session } from "../session.ts";

export const SIMULATE_ARGS: CliArgs = {
  log: {
    type: "string",
    valueHint: "FILE",
    description: "a usage.jsonl, a folder with its generations, - for stdin (else the gateway's log)",
  },
  mode: {
    type: "string",
    valueHint: "LIST",
    description: "preemptive, run2cap, hybrid; several with commas (else all)",
  },
  quotas: { type: "string", valueHint: "FILE", description: "the quotas to decide by (else those in force)" },
  config: { type: "string", valueHint: "FILE", description: "the provider catalog (else the one in force)" },
  cooldown: {
    type: "string",
    valueHint: "SECONDS",
    description: "cooldown after a limit (else CCP_QUOTA_COOLDOWN_SEC, 300)",
  },
  json: { type: "boolean", description: "everything as JSON (ccp.simulate/1)" },
};

export interface SimulateOptions {
  /** Full path, or `-`. */
  readonly log: string;
  readonly modes: readonly RerouteMode[];
  readonly quotas: string | null;
  readonly config: string | null;
  readonly cooldownSec: number;
  readonly json: boolean;
}

/** No window is longer than a month. */
const MAX_COOLDOWN_SEC = 2_678_400;

export function readSimulateOptions(input: CliInput, session: Session): SimulateOptions {
  const { deps, settings } = session;
  const path = (name: string): string | null => {
    const text = input.text(name);
    return text === null ? null : resolve(deps.cwd, text);
  };
  const log = input.text("log") === "-" ? "-" : (path("log") ?? statePaths(settings, deps).logsDir);
  return {
    log,
    modes: readModes(input, session),
    quotas: path("quotas"),
    config: path("config"),
    cooldownSec: readCooldown(input, session),
    json: input.flag("json"),
  };
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
