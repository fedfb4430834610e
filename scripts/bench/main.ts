// pnpm bench: what ccp costs, beside direct calls, nginx and a bare Node proxy in the same run. See README.md.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { openBench } from "./bench.ts";
import { createCrew } from "./crew.ts";
import { timeFirstAnswer } from "./first-answer.ts";
import { describeMachine, type Machine } from "./machine.ts";
import { HELP, type Options, parseOptions } from "./options.ts";
import { type Report, renderReport } from "./report.ts";
import { runRounds } from "./rounds.ts";
import { SCENARIOS, type Scenario } from "./scenarios.ts";
import type { RunningSubject, SubjectName } from "./subjects.ts";
import { judgeTargets, TOLERANCE } from "./targets.ts";

const EXIT_USAGE = 64;
const EXIT_INTERRUPTED = 130;
const WARM_UP_MS = 20_000;
const QUICK_WARM_UP_MS = 6_000;

const crew = createCrew();
const dir = mkdtempSync(join(tmpdir(), "ccp-bench-"));

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
  const report = await measure(options);
  process.stdout.write(options.json ? `${JSON.stringify(report, null, 1)}\n` : renderReport(report));
  process.exitCode = judgeRun(report, options);
}

function readOptions(): Options | null {
  try {
    const options = parseOptions(
      process.argv.slice(2),
      SCENARIOS.map(({ name }) => name),
    );
    if (options === null) process.stdout.write(HELP);
    return options;
  } catch (error) {
    process.stderr.write(`bench: ${(error as Error).message}\n       see pnpm bench --help\n`);
    process.exit(EXIT_USAGE);
  }
}

async function measure(options: Options): Promise<Report> {
  const startedAt = performance.now();
  const machine = describeMachine();
  const scenarios = chooseScenarios(options);
  const stage = { crew, dir, built: options.built, nodeFlags: profileFlags(options) };
  const bench = await openBench(stage, machine);
  const subjects = new Map<SubjectName, RunningSubject>();
  for (const name of chooseSubjects(machine)) {
    subjects.set(name, (await timeFirstAnswer(bench.stage, name)).subject);
  }
  const { rounds, seed } = options;
  const warmUpMs = options.quick ? QUICK_WARM_UP_MS : WARM_UP_MS;
  const results = await runRounds(bench, { scenarios, subjects, rounds, seed, warmUpMs, progress });
  progress("");
  await crew.stopAll();
  return {
    machine,
    built: options.built,
    rounds,
    seed,
    elapsedMs: performance.now() - startedAt,
    subjects: [...subjects.keys()],
    measures: scenarios.flatMap(({ measures }) => measures),
    results,
    notes: bench.notes,
    judgements: judgeTargets(results),
  };
}

function chooseScenarios({ only, quick, built }: Options): Scenario[] {
  return SCENARIOS.filter((scenario) => {
    if (only.length > 0) return only.includes(scenario.name);
    return (scenario.quick || !quick) && (built || scenario.builtOnly !== true);
  });
}

function chooseSubjects({ nginx }: Machine): SubjectName[] {
  if (nginx !== null) return ["direct", "nginx", "raw-node", "ccp"];
  process.stderr.write("bench: no nginx on PATH, so it is left out (Debian: apt-get install nginx-light)\n");
  return ["direct", "raw-node", "ccp"];
}

function profileFlags({ profileDir }: Options): string[] {
  if (profileDir === null) return [];
  mkdirSync(profileDir, { recursive: true });
  return ["--cpu-prof", "--cpu-prof-dir", resolve(profileDir)];
}

/** One line that is written over on a terminal; nothing elsewhere, where it would fill a log. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

/** A failed request is always a fault; a missed target is one only where it was asked for. */
function judgeRun({ notes, judgements }: Report, { check }: Options): number {
  if (notes.some(({ errors }) => errors > 0)) return 1;
  return check && judgements.some(({ missedBy }) => missedBy > TOLERANCE) ? 1 : 0;
}

try {
  await main();
} catch (error) {
  process.stderr.write(`bench: ${(error as Error).message}\n`);
  process.exitCode = 1;
} finally {
  await crew.stopAll();
}
