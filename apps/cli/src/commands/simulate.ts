import { planRoute } from "@ccp/provider-catalog";
import type { LaneId } from "@ccp/usage-contract";
import type { CliInput } from "../args/cli-input.ts";
import type { CliCommand } from "../cli-command.ts";
import { CliError } from "../cli-error.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { type OpenLog, openLog } from "../node/open-log.ts";
import { createProgress, type Progress } from "../render/progress.ts";
import { safeJson, safeText } from "../render/safe-text.ts";
import { renderSimulation } from "../render/simulation.ts";
import type { Session } from "../session.ts";
import { RecordingReader } from "../simulate/recording/read-recording.ts";
import type { Recording } from "../simulate/recording/recording.ts";
import { createWeightsOf } from "../simulate/replay/weights-of.ts";
import { simulate } from "../simulate/simulate.ts";
import { simulationJson } from "../simulate/simulation-json.ts";
import { type SimulationView, viewSimulation } from "../simulate/simulation-view.ts";
import { type Configuration, readConfiguration } from "./simulate-configuration.ts";
import {
  type NamedFile,
  readSimulateOptions,
  SIMULATE_ARGS,
  type SimulateOptions,
} from "./simulate-options.ts";

export const simulateCommand: CliCommand = {
  name: "simulate",
  summary: "what each reroute mode would have done with recorded traffic",
  args: SIMULATE_ARGS,
  notes: [
    "kept: answered by the preferred lane; overshoots: attempts that met a limit; refused: answered by no lane",
    "a lane refuses from the count on at which the log met limits, else from the configured cap",
    "what was assumed stands below the table; --json has all of it",
    "exit 2 when the log holds no request, 78 when quotas or catalog are broken",
  ],
  run: runSimulate,
};

async function runSimulate(input: CliInput, session: Session): Promise<ExitCode> {
  const { deps } = session;
  const options = await readSimulateOptions(input, session);
  const configuration = await readConfiguration(options, session);
  const progress = createProgress(deps.stderr, deps.nowMs);
  const view = await replayLog(options, configuration, progress, session).finally(() => progress.clear());
  if (view === null) return EXIT.interrupted;
  if (options.json) {
    deps.stdout.write(`${safeJson(JSON.stringify(simulationJson(view), null, 2))}\n`);
  } else {
    deps.stdout.write(renderSimulation(view, session.look()));
  }
  await sayLeftOut(view, session);
  return EXIT.ok;
}

/** @returns `null` when it was interrupted. */
async function replayLog(
  options: SimulateOptions,
  { quotas, catalog, keys }: Configuration,
  progress: Progress,
  session: Session,
): Promise<SimulationView | null> {
  const { deps, settings } = session;
  const { config } = quotas;
  const log = openLogOrTell(options.log, session);
  const reader = new RecordingReader({
    preferred: preferredLane((model) => planRoute(catalog.catalog, model).preferred),
    weightsOf: createWeightsOf(config),
  });
  const recording = await readLog(log, reader, progress, session);
  if (recording === null) return null;
  if (recording.requests.length === 0) throw emptyLog(log.name, recording, session);
  const simulation = await simulate(recording, {
    modes: options.modes,
    catalog: catalog.catalog,
    keys,
    config,
    cooldownMs: options.cooldownSec * 1000,
    recordedCooldownMs: settings.cooldownSec * 1000,
    tickMs: settings.calSampleMinutes * 60_000,
    pause: async (share) => {
      progress.update(`replaying ${Math.floor(share * 100)}%`);
      await deps.sleep(0, deps.signal);
      return !deps.signal.aborted;
    },
  });
  const { cooldownSec } = options;
  const { preemptAt, rollingMs, weeklyMs } = config;
  const paths = {
    log: log.name,
    quotas: options.quotas?.name ?? quotas.path,
    catalog: options.config?.name ?? catalog.path,
  };
  const source = { ...paths, cooldownSec, preemptAt, rollingMs, weeklyMs };
  return simulation === null ? null : viewSimulation(source, recording, simulation);
}

/** A log names few models many times; going through the routes for each line would take longer than reading it. */
function preferredLane(find: (model: string) => LaneId): (model: string) => LaneId {
  const known = new Map<string, LaneId>();
  return (model) => {
    const lane = known.get(model) ?? find(model);
    known.set(model, lane);
    return lane;
  };
}

function openLogOrTell(file: NamedFile, session: Session): OpenLog {
  try {
    return openLog(file);
  } catch (error) {
    throw unreadable(file.name, error, session);
  }
}

/** @returns `null` when it was interrupted. */
async function readLog(
  log: OpenLog,
  reader: RecordingReader,
  progress: Progress,
  session: Session,
): Promise<Recording | null> {
  let lines = 0;
  try {
    for await (const batch of log.batches()) {
      if (session.deps.signal.aborted) return null;
      for (const line of batch.lines) reader.add(line);
      lines += batch.lines.length;
      const share = log.sizeBytes === null ? "" : ` ${Math.floor((batch.bytes / log.sizeBytes) * 100)}%`;
      progress.update(`reading ${safeText(log.name)}${share}, ${lines} lines`);
    }
  } catch (error) {
    throw unreadable(log.name, error, session);
  }
  return reader.finish();
}

function unreadable(path: string, error: unknown, { cc }: Session): CliError {
  const code = error instanceof Error && "code" in error ? String(error.code) : null;
  // What is no fault of the file is one of this program, and is told with its own words.
  if (code === null) throw error;
  const next = `${cc} simulate --log FILE`;
  if (code === "ENOENT" || code === "ENOTDIR") {
    const what = `there is no log ${safeText(path)}`;
    const why = "a gateway writes one with its first request";
    return new CliError({ what, why, next, exitCode: EXIT.failed });
  }
  const what = `${safeText(path)} cannot be read`;
  return new CliError({ what, why: code === "EACCES" ? "no permission" : code, next, exitCode: EXIT.failed });
}

function emptyLog(name: string, { lines }: Recording, { cc }: Session): CliError {
  const { events, skipped, unfinished } = lines;
  const why =
    unfinished > 0
      ? `${counted(unfinished, "request")} began, and none ended`
      : skipped > 0 && events === 0
        ? `none of its ${counted(skipped, "line")} is an event`
        : "it is empty";
  return new CliError({
    what: `${safeText(name)} holds no request`,
    why,
    next: `send requests through the gateway, then: ${cc} simulate`,
    exitCode: EXIT.noNumber,
  });
}

/** What the numbers leave out: who reads only the table would take it for the whole log. */
async function sayLeftOut(view: SimulationView, { say, cc }: Session): Promise<void> {
  const { skipped, duplicates, unfinished } = view.lines;
  if (skipped > 0) await say.warn(`${counted(skipped, "line")} of the log ${isOrAre(skipped)} no event`);
  if (duplicates > 0) await say.note(`${counted(duplicates, "line")} stood there twice`);
  if (unfinished > 0)
    await say.note(`${counted(unfinished, "request")} without an end ${isOrAre(unfinished)} left out`);
  for (const [lane, reason] of view.unusable) {
    await say.warn(`no request could go to ${safeText(lane)}: ${safeText(reason)}`);
  }
  if (view.misrouted > 0) {
    await say.warn(
      `${counted(view.misrouted, "request")} went to another lane than this catalog prefers: give the log's own with --config`,
    );
  }
  if (view.caps.length === 0 && view.foreignLimits === 0) {
    await say.note(
      `no cap is configured and the log met no limit: all modes are alike. Set caps: ${cc} simulate --quotas FILE`,
    );
  }
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function isOrAre(count: number): string {
  return count === 1 ? "is" : "are";
}
