import type { DecisionRequest } from "@ccp/usage-contract";
import type { CliInput } from "../args/cli-input.ts";
import { usageError } from "../args/usage-error.ts";
import type { CliArgs, CliCommand } from "../cli-command.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { safeJson } from "../render/safe-text.ts";
import type { Session } from "../session.ts";

const args: CliArgs = {
  model: { type: "positional", required: true, description: "the model that a request would ask for" },
  tokens: {
    type: "string",
    valueHint: "N",
    description: "its input tokens: 12000, 12k (else a typical request)",
  },
  "max-tokens": { type: "string", valueHint: "N", description: "upper bound of its answer" },
  route: {
    type: "string",
    valueHint: "NAME",
    description: "what your orchestrator calls the route; kept with the sample",
  },
  reason: {
    type: "string",
    valueHint: "TEXT",
    description: "why this model is wanted; kept with the sample",
  },
  note: { type: "string", valueHint: "TEXT", description: "free text; kept with the sample" },
  json: { type: "boolean", description: "the gateway's answer as JSON (ccp.decision/1)" },
};

export const decideCommand: CliCommand = {
  name: "decide",
  summary: "dry run: where a request would go, and why",
  args,
  notes: [
    "nothing is sent and routing does not change; the gateway keeps the answer among its samples",
    "exit 1 when the request would be refused, 69 when the gateway is down",
    "a gateway with CCP_ADMIN_TOKEN wants it here, too",
  ],
  run: runDecide,
};

const MAX_TOKENS = 10_000_000;
const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1e3, m: 1e6 };

async function runDecide(input: CliInput, session: Session): Promise<ExitCode> {
  const { client, deps } = session;
  const sample = await client.decide(readRequest(input, session));
  if (input.flag("json")) {
    deps.stdout.write(`${safeJson(JSON.stringify({ schema: "ccp.decision/1", ...sample }, null, 2))}\n`);
  } else {
    const { renderDecision } = await import("../render/decision.ts");
    deps.stdout.write(renderDecision(sample, session.look()));
  }
  return sample.would.lane === null ? EXIT.failed : EXIT.ok;
}

function readRequest(input: CliInput, session: Session): DecisionRequest {
  const tokens = readTokens(input, "tokens", session);
  const maxTokens = readTokens(input, "max-tokens", session);
  const route = readText(input, "route", 200, session);
  const reason = readText(input, "reason", 1000, session);
  const note = readText(input, "note", 1000, session);
  return {
    model: readText(input, "model", 200, session) ?? "",
    source: "ccp decide",
    ...(tokens === null ? {} : { input_tokens: tokens }),
    ...(maxTokens === null ? {} : { max_tokens: maxTokens }),
    ...(route === null ? {} : { route }),
    ...(reason === null ? {} : { escalation_reason: reason }),
    ...(note === null ? {} : { note }),
  };
}

function readTokens(input: CliInput, option: string, { cc }: Session): number | null {
  const text = input.text(option);
  if (text === null) return null;
  const [, amount, unit = ""] = /^(\d{1,8}(?:\.\d{1,3})?)([km]?)$/i.exec(text) ?? [];
  const tokens =
    amount === undefined ? Number.NaN : Number(amount) * (UNITS[unit.toLowerCase()] ?? Number.NaN);
  if (Number.isInteger(tokens) && tokens <= MAX_TOKENS) return tokens;
  const why = `it is a whole number of tokens up to ${MAX_TOKENS}, such as 12000 or 12k`;
  throw usageError(`--${option} cannot be "${text}"`, why, cc, "decide");
}

function readText(input: CliInput, name: string, maxLength: number, { cc }: Session): string | null {
  const text = input.text(name)?.trim() ?? null;
  if (text === null || (text !== "" && text.length <= maxLength)) return text;
  const what = name === "model" ? "MODEL cannot be that" : `--${name} cannot be that`;
  throw usageError(what, `it is text of 1 to ${maxLength} characters`, cc, "decide");
}
