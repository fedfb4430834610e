import { fileReason, readSmallFile } from "@ccp/usage-store/node";
import type { CliInput } from "../args/cli-input.ts";
import { usageError } from "../args/usage-error.ts";
import type { CliCommand } from "../cli-command.ts";
import { CliError } from "../cli-error.ts";
import { createGatewayClient, type GatewayClient } from "../client/gateway-client.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { writeWhole } from "../node/write-whole.ts";
import type { GatewayReading } from "../probe/gateway-reading.ts";
import { blockEntry, type ProbeBlockEntry, type ProbeRun, tableRow } from "../probe/probe-run.ts";
import { type ProbeTarget, simulatedTarget, spendingTarget } from "../probe/probe-target.ts";
import { appendRun } from "../probe/results-file.ts";
import { type ResultsPath, resultsPath } from "../probe/results-path.ts";
import { askGateway, runProbe } from "../probe/run-probe.ts";
import { clockText } from "../render/clock.ts";
import { renderProbeHeading, renderProbeRequest, renderProbeResult } from "../render/probe.ts";
import { safeJson, safeText } from "../render/safe-text.ts";
import type { Session } from "../session.ts";
import { atUrl } from "../view/at-url.ts";
import { PROBE_ARGS, type ProbeFlags, readProbeFlags } from "./probe-options.ts";

/** The gateway answers its own routes from memory. */
const TIMEOUT_MS = 3000;

export const probeGlmCommand: CliCommand = {
  name: "probe glm",
  summary: "probe a GLM coding plan; a dry run unless --spend",
  args: PROBE_ARGS,
  notes: [
    "a dry run books simulated usage in a gateway started with CCP_DEV_ENABLE=1 or --demo; no vendor is asked",
    "HEADROOM left by the gateway's count before the request, DIFF that minus what is really left",
    "results are appended to CCP_PROBE_RESULTS, else to the file the gateway reads",
    "stops at the first limit; exit 130 after Ctrl-C, what was measured is written all the same",
  ],
  run: probeGlm,
};

async function probeGlm(input: CliInput, session: Session): Promise<ExitCode> {
  const flags = readProbeFlags(input, session.cc);
  const client = clientFor(flags, session);
  const usage = await client.usage();
  const first = await askGateway(flags.model, client);
  const results = resultsPath(usage, client.url, session);
  if (flags.spend) await agreeToSpend(flags, client, session);
  const target = await targetFor(flags, client, first, session);
  const run = await measure(flags, target, client, first, session);
  if (run.requests.length === 0) return EXIT.interrupted;
  await report(run, results, flags, client, session);
  if (run.stop === "interrupted") return EXIT.interrupted;
  return run.stop === "error" || run.stop === "rerouted" ? EXIT.failed : EXIT.ok;
}

function clientFor({ port }: ProbeFlags, session: Session): GatewayClient {
  if (port === null) return session.client;
  const { deps, settings, cc } = session;
  const url = new URL(settings.url);
  url.port = String(port);
  return createGatewayClient({
    url: url.href.replace(/\/$/, ""),
    request: deps.request,
    adminToken: settings.adminToken,
    signal: deps.signal,
    cc,
    timeoutMs: TIMEOUT_MS,
  });
}

async function agreeToSpend(flags: ProbeFlags, client: GatewayClient, session: Session): Promise<void> {
  if (flags.yes) return;
  const { model, repeat, tokens } = flags;
  const question = `send up to ${repeat} real requests of ${tokens} tokens for ${model} through ${client.url}? This spends quota.`;
  const answer = await session.deps.confirm?.(question, session.deps.signal);
  if (answer === true) return;
  if (answer === false) {
    throw new CliError({
      what: "nothing was sent",
      why: "spending was not agreed to",
      next: `${session.cc} probe glm is a dry run`,
      exitCode: EXIT.failed,
    });
  }
  throw usageError("--spend needs --yes here", "there is no terminal to ask at", session.cc, "probe glm");
}

async function targetFor(
  flags: ProbeFlags,
  client: GatewayClient,
  first: GatewayReading,
  { deps, settings, cc }: Session,
): Promise<ProbeTarget> {
  const options = { model: flags.model, tokens: flags.tokens, client, cc };
  if (flags.spend) return spendingTarget(options, settings, deps);
  return simulatedTarget(options, await client.quotas(), first);
}

async function measure(
  flags: ProbeFlags,
  target: ProbeTarget,
  client: GatewayClient,
  first: GatewayReading,
  session: Session,
): Promise<ProbeRun> {
  const { deps, look } = session;
  const simulated = !flags.spend;
  if (!flags.json) {
    const kind = simulated ? "simulated requests, nothing is spent" : "real requests";
    await session.say.note(`${flags.model} through ${client.url}: ${flags.repeat} ${kind}`);
  }
  return runProbe(
    {
      model: flags.model,
      repeat: flags.repeat,
      sleepMs: flags.sleepMs,
      simulated,
      hourOf: (nowMs) => Number.parseInt(clockText(nowMs / 1000, look().timeZone), 10),
      onRequest: (request) => {
        if (flags.json) return;
        if (request.index === 1) deps.stdout.write(renderProbeHeading(look()));
        deps.stdout.write(renderProbeRequest(request, { repeat: flags.repeat, simulated }, look()));
      },
    },
    target,
    client,
    first,
    deps,
  );
}

/** Writes the results file, then says what is in it. */
async function report(
  run: ProbeRun,
  { path, gatewayReads }: ResultsPath,
  flags: ProbeFlags,
  client: GatewayClient,
  { deps, say, look, cc }: Session,
): Promise<void> {
  const text = readResults(path);
  const row = tableRow(run);
  const block = blockEntry(run, await knownOf(text ?? "", run.model));
  saveResults(path, appendRun(text, row, [block]));
  if (flags.json) {
    const { simulated, stop, requests } = run;
    const value = {
      schema: "ccp.probe/1",
      url: client.url,
      path,
      simulated,
      stop,
      requests,
      row,
      block: [block],
    };
    deps.stdout.write(`${safeJson(JSON.stringify(value, null, 2))}\n`);
  } else {
    deps.stdout.write(renderProbeResult(run, row, block, path, look()));
  }
  if (gatewayReads !== null) {
    await say.warn(`the gateway reads another file, ${safeText(gatewayReads)}: it will not see this run`);
  } else if (!flags.json) {
    await say.note(
      `the gateway takes it in within 2 seconds: ${cc} calibration${atUrl(client.url, deps.env)}`,
    );
  }
}

/** What the file says of the model before this run. */
async function knownOf(text: string, model: string): Promise<Omit<ProbeBlockEntry, "model"> | null> {
  const [{ parseProbeResults }, { modelKey }] = await Promise.all([
    import("@ccp/quota-engine"),
    import("@ccp/usage-contract"),
  ]);
  const found = parseProbeResults(text).blocks.find((block) => block.model === modelKey(model));
  if (found === undefined) return null;
  return {
    gap_seconds_p50: found.gapSecondsP50,
    gap_seconds_p95: found.gapSecondsP95,
    samples: found.samples,
  };
}

/** `null` where there is none yet; a file that cannot be read must not be written over. */
function readResults(path: string): string | null {
  const read = readSmallFile(path);
  if (read.kind === "invalid") throw unusableFile(path, new Error(fileReason(read.reason)));
  return read.kind === "text" ? read.text : null;
}

function saveResults(path: string, text: string): void {
  try {
    writeWhole(path, text);
  } catch (error) {
    throw unusableFile(path, error);
  }
}

function unusableFile(path: string, error: unknown): CliError {
  return new CliError({
    what: `the results cannot be kept in ${safeText(path)}`,
    why: safeText(error instanceof Error ? error.message : String(error)),
    next: "make it writable, or choose another file: CCP_PROBE_RESULTS=…",
    exitCode: EXIT.failed,
  });
}
