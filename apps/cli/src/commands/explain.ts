import type { ExplainedRequest, UsageEvent } from "@ccp/usage-contract";
import type { CliInput } from "../args/cli-input.ts";
import { usageError } from "../args/usage-error.ts";
import type { CliArgs, CliCommand } from "../cli-command.ts";
import { CliError } from "../cli-error.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { closeLogFiles, type LogFile, linesBackwards } from "../node/log-files.ts";
import { safeJson, safeText } from "../render/safe-text.ts";
import type { Session } from "../session.ts";
import { type Explanation, explainRequest } from "../view/explanation.ts";
import { explanationJson } from "../view/explanation-json.ts";
import { findRequest } from "./find-request.ts";
import { LOG_ARG, logPlace, openLogOrTell } from "./log-place.ts";

const args: CliArgs = {
  rid: {
    type: "positional",
    valueHint: "RID",
    required: true,
    description: "x-ccp-request-id of an answer, the start of it, or last",
  },
  log: LOG_ARG,
  json: { type: "boolean", description: "everything as JSON (ccp.explain/1), the log's lines included" },
};

export const explainCommand: CliCommand = {
  name: "explain",
  summary: "one request: what was weighed, the rule that fired, lanes tried, time wasted",
  args,
  notes: [
    "reads usage.jsonl and needs no gateway; {cc} logs shows ids",
    "a running gateway is asked for its own words: it keeps them for its newest 500 requests",
    "the log has no status of a try that another lane made good, only whether it was a limit",
    "counted tokens are weighed as the quotas in force now say",
  ],
  run: runExplain,
};

async function runExplain(input: CliInput, session: Session): Promise<ExitCode> {
  const { deps } = session;
  const query = (input.text("rid") ?? "").trim();
  if (query === "" || query.length > 200) {
    throw usageError(
      "RID cannot be that",
      "it is an id of up to 200 characters, or last",
      session.cc,
      "explain",
    );
  }
  const path = await logPlace(input, session);
  const files = openLogOrTell(path, session);
  let events: readonly [UsageEvent, ...UsageEvent[]];
  try {
    events = eventsOf(files, query, path, session);
  } finally {
    closeLogFiles(files);
  }
  const [explanation, told] = await Promise.all([
    explain(events, session),
    askGateway(events[0].rid, session),
  ]);
  if (input.flag("json")) {
    deps.stdout.write(`${safeJson(JSON.stringify(explanationJson(explanation, told, events), null, 2))}\n`);
    return EXIT.ok;
  }
  const { renderExplanation } = await import("../render/explanation.ts");
  const { logClockAheadMs } = await import("../store/gateway-folders.ts");
  const nowMs = deps.nowMs() + (await logClockAheadMs(input.text("log") !== null, session));
  deps.stdout.write(renderExplanation(explanation, told, nowMs / 1000, session.look()));
  return EXIT.ok;
}

/** The log says what was done; why, in a sentence, only the gateway that did it. Without one the log is all there is. */
async function askGateway(rid: string, { client, deps }: Session): Promise<ExplainedRequest | null> {
  try {
    return await client.request(rid);
  } catch (error) {
    if (!(error instanceof CliError) || deps.signal.aborted) throw error;
    return null;
  }
}

async function explain(
  events: readonly [UsageEvent, ...UsageEvent[]],
  { deps }: Session,
): Promise<Explanation> {
  const [{ readQuotas }, { createWeightsOf }] = await Promise.all([
    import("@ccp/provider-catalog/node"),
    import("../simulate/replay/weights-of.ts"),
  ]);
  const { env, checkoutDir, homeDir } = deps;
  return explainRequest(events, createWeightsOf(readQuotas({ env, checkoutDir, homeDir }).config));
}

function* allLines(files: readonly LogFile[]): Generator<string, void, undefined> {
  for (const file of files) yield* linesBackwards(file);
}

function eventsOf(
  files: readonly LogFile[],
  query: string,
  path: string,
  { cc }: Session,
): readonly [UsageEvent, ...UsageEvent[]] {
  const found = findRequest(allLines(files), query);
  if (found.kind === "found") return found.events;
  const fault = {
    next: `${cc} logs shows ids; another log: ${cc} explain RID --log FILE`,
    exitCode: EXIT.failed,
  };
  if (found.kind === "several") {
    const why = `it could be ${found.rids.map(safeText).join(", ")}`;
    throw new CliError({ ...fault, what: `several requests begin with ${safeText(query)}`, why });
  }
  if (files.length === 0) {
    const why = "a gateway writes one with its first request";
    throw new CliError({ ...fault, what: `there is no log in ${safeText(path)}`, why });
  }
  const what =
    query.toLowerCase() === "last"
      ? "the log holds no request"
      : `the log holds no request ${safeText(query)}`;
  throw new CliError({ ...fault, what, why: `looked through ${files.length} file(s) of ${safeText(path)}` });
}
