import type { CliInput } from "../args/cli-input.ts";
import { usageError } from "../args/usage-error.ts";
import type { CliArgs } from "../cli-command.ts";

export const PROBE_ARGS: CliArgs = {
  model: { type: "string", valueHint: "NAME", description: "model to ask for (glm-4-6)" },
  repeat: { type: "string", valueHint: "N", description: "most requests to send (20)" },
  tokens: { type: "string", valueHint: "N", description: "output tokens of each (50)" },
  sleep: { type: "string", valueHint: "SECONDS", description: "pause between two (1)" },
  port: { type: "string", valueHint: "PORT", description: "the gateway's port, on the host of its URL" },
  vendor: { type: "enum", options: ["glm"], valueHint: "NAME", description: "whose plan: glm" },
  spend: { type: "boolean", description: "send real requests, which spend quota; asks first" },
  yes: { type: "boolean", description: "do not ask" },
  json: { type: "boolean", description: "everything as JSON (ccp.probe/1), at the end" },
};

export interface ProbeFlags {
  readonly model: string;
  readonly repeat: number;
  readonly tokens: number;
  readonly sleepMs: number;
  readonly port: number | null;
  readonly spend: boolean;
  readonly yes: boolean;
  readonly json: boolean;
}

const MAX_REPEAT = 10_000;
const MAX_TOKENS = 1_000_000;
const MAX_SLEEP_SEC = 3600;

/** @throws {CliError} With exit code 64 for a value that cannot be meant. */
export function readProbeFlags(input: CliInput, cc: string): ProbeFlags {
  const number = (name: string, fallback: number, min: number, max: number): number => {
    const text = input.text(name);
    const isNumber = name === "sleep" ? /^\d{1,4}(\.\d{1,3})?$/ : /^\d{1,7}$/;
    const value = text === null ? fallback : isNumber.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    const kind = name === "sleep" ? "a number of seconds" : "a whole number";
    throw usageError(`--${name} cannot be "${text}"`, `it is ${kind} from ${min} to ${max}`, cc, "probe glm");
  };
  return {
    model: readModel(input, cc),
    repeat: number("repeat", 20, 1, MAX_REPEAT),
    tokens: number("tokens", 50, 1, MAX_TOKENS),
    sleepMs: number("sleep", 1, 0, MAX_SLEEP_SEC) * 1000,
    port: input.text("port") === null ? null : number("port", 0, 1, 65_535),
    spend: input.flag("spend"),
    yes: input.flag("yes"),
    json: input.flag("json"),
  };
}

/** The name stands in a cell of a table that is read back. */
function readModel(input: CliInput, cc: string): string {
  const model = input.text("model") ?? "glm-4-6";
  if (/^[\w.:/@[\]-]{1,200}$/.test(model)) return model;
  throw usageError(`--model cannot be "${model}"`, "a model's name has no blanks and no |", cc, "probe glm");
}
