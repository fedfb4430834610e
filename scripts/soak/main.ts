// npm run soak: many streams for a long time through a real gateway process; nothing may be lost, mixed up or left behind.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createCrew } from "../bench/crew.ts";
import { createLogReader } from "./check-log.ts";
import { faultsOfRest, waitForRest } from "./check-rest.ts";
import { type GatewayProcess, startGateway } from "./gateway.ts";
import { type Lanes, startLanes } from "./lanes.ts";
import { HELP, type Options, parseOptions } from "./options.ts";
import { renderReport, type SoakReport } from "./report.ts";
import { type Run, runStreams } from "./run.ts";
import { growthFault } from "./trend.ts";

const EXIT_USAGE = 64;
const EXIT_INTERRUPTED = 130;
/** Connections that a gateway at rest may still hold: the one that asks it, and what its runtime opens late. */
const SPARE_FILES = 8;
const CLOSE_MS = 15_000;
/** Refusals are planned; were most requests refused, a run would prove nothing. */
const MOST_REFUSED_SHARE = 0.2;

const crew = createCrew();
const dir = mkdtempSync(join(tmpdir(), "ccp-soak-"));

process.on("exit", () => {
  crew.killAll();
  rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => process.exit(EXIT_INTERRUPTED));
}

async function main(): Promise<void> {
  const options = readOptions();
  if (options === null) return;
  const lanes = await startLanes();
  try {
    const report = await soak(options, lanes);
    process.stdout.write(renderReport(report));
    process.exitCode = report.faults.length > 0 ? 1 : 0;
  } finally {
    await crew.stopAll();
    lanes.close();
  }
}

function readOptions(): Options | null {
  try {
    const options = parseOptions(process.argv.slice(2));
    if (options === null) process.stdout.write(HELP);
    return options;
  } catch (error) {
    process.stderr.write(`soak: ${(error as Error).message}\n      see npm run soak -- --help\n`);
    process.exit(EXIT_USAGE);
  }
}

async function soak(options: Options, lanes: Lanes): Promise<SoakReport> {
  const gateway = await startGateway(crew, join(dir, "gateway"), lanes.ports, options.idleSec);
  const filesBefore = gateway.openFiles();
  const reader = createLogReader(join(gateway.logsDir, "usage.jsonl"));
  const polling = setInterval(reader.poll, 1_000);
  const run = await runStreams(gateway.port, options);
  const samples = [...gateway.samples];
  const rest = await waitForRest(gateway.port);
  const filesAtEnd = await waitForFiles(gateway, lanes, filesBefore);
  clearInterval(polling);
  await gateway.stop();
  const log = reader.finish(run.acknowledged, run.unknown);
  const growth = growthFault(samples.map(({ memoryMb }) => memoryMb));
  const faults = [
    ...run.faults,
    ...lanes.faults,
    ...(isLeft(filesBefore, filesAtEnd)
      ? [`${filesAtEnd} open files at the end, ${filesBefore} at the start`]
      : []),
    ...(lanes.open > 0 ? [`${lanes.open} answers of lanes that nobody ended`] : []),
    ...(growth === null ? [] : [growth]),
    ...faultsOfRest(rest),
    ...refusedTooOften(run),
    ...log.faults,
  ];
  return { options, run, samples, filesAtEnd, rest, log, faults };
}

/** Kept connections are closed by their lanes first, and what is still open then was left behind. */
async function waitForFiles(
  gateway: GatewayProcess,
  lanes: Lanes,
  before: number | null,
): Promise<number | null> {
  const until = performance.now() + CLOSE_MS;
  for (;;) {
    lanes.closeIdle();
    const files = gateway.openFiles();
    if (!isLeft(before, files) || performance.now() > until) return files;
    await sleep(200);
  }
}

function isLeft(before: number | null, files: number | null): boolean {
  return before !== null && files !== null && files > before + SPARE_FILES;
}

function refusedTooOften({ outcomes }: Run): string[] {
  const all = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
  return outcomes.refused > MOST_REFUSED_SHARE * all
    ? [`${outcomes.refused} of ${all} requests were refused`]
    : [];
}

await main();
