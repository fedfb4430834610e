// pnpm fuzz: random upstreams and clients against a gateway, and the rules that must hold whatever they do.
import { readFileSync } from "node:fs";
import type { FuzzCase } from "./fuzz-case.ts";
import { generateCase } from "./generate-case.ts";
import { type LaneServers, startLanes } from "./open-world.ts";
import { HELP, type Options, parseOptions } from "./options.ts";
import { playCase, type Violation } from "./play-case.ts";
import { shrinkCase } from "./shrink-case.ts";

const EXIT_USAGE = 64;
const DAY_MS = 86_400_000;
/** One case in so many is asked for everything the gateway tells of itself. */
const THOROUGH_EVERY = 10;
const SHRINK_PLAYS = 150;
/** A play of a case that hangs takes seconds; a smaller case is not worth minutes. */
const SHRINK_MS = 60_000;
const PLAYED_AT_ONCE = 8;

interface Tally {
  cases: number;
  requests: number;
}

async function main(): Promise<void> {
  const options = readOptions();
  if (options === null) return;
  process.exitCode =
    options.only || options.caseFile !== null
      ? await withLanes(1, ([lanes]) => playOne(options, lanes as LaneServers))
      : await playMany(options);
}

function readOptions(): Options | null {
  try {
    const options = parseOptions(process.argv.slice(2), Math.floor(Date.now() / DAY_MS) * 10_000);
    if (options === null) process.stdout.write(HELP);
    return options;
  } catch (error) {
    process.stderr.write(`fuzz: ${(error as Error).message}\n      see pnpm fuzz --help\n`);
    process.exit(EXIT_USAGE);
  }
}

interface Failure {
  readonly each: FuzzCase;
  readonly violations: readonly Violation[];
}

/** Cases spend most of their time in waits, so that several are played at once. */
async function playMany(options: Options): Promise<number> {
  const tally: Tally = { cases: 0, requests: 0 };
  const failures: Failure[] = [];
  const until = performance.now() + options.seconds * 1_000;
  const end = options.seed + options.cases;
  let seed = options.seed;
  const work = async (lanes: LaneServers): Promise<void> => {
    while (failures.length === 0 && seed < end && performance.now() < until) {
      const each = generateCase(seed);
      seed += 1;
      const violations = await playCase(each, lanes, each.seed % THOROUGH_EVERY === 0).catch(ownFault);
      tally.cases += 1;
      tally.requests += each.requests.length;
      if (violations.length > 0) failures.push({ each, violations });
    }
  };
  await withLanes(PLAYED_AT_ONCE, async (all) => void (await Promise.all(all.map(work))));
  const [first] = failures;
  if (first !== undefined) await withLanes(1, async ([lanes]) => tellFailure(first, lanes as LaneServers));
  tellTally(options, tally);
  return first === undefined ? 0 : 1;
}

/** While others play, a rejection that nobody takes would count as theirs, and end nothing. */
function ownFault(error: Error): Violation[] {
  return [{ kind: "fuzzer", text: error.stack ?? error.message }];
}

async function withLanes<T>(count: number, use: (lanes: LaneServers[]) => Promise<T>): Promise<T> {
  const lanes = await Promise.all(Array.from({ length: count }, startLanes));
  try {
    return await use(lanes);
  } finally {
    await Promise.all(lanes.flatMap((each) => Object.values(each).map((lane) => lane.close())));
  }
}

async function playOne({ seed, caseFile }: Options, lanes: LaneServers): Promise<number> {
  const each =
    caseFile === null ? generateCase(seed) : (JSON.parse(readFileSync(caseFile, "utf8")) as FuzzCase);
  const violations = await playCase(each, lanes, true);
  if (caseFile === null) console.log(JSON.stringify(each, null, 1));
  for (const { kind, text } of violations) console.log(`${kind}: ${text}`);
  console.log(`fuzz: ${violations.length} rules broken`);
  return violations.length > 0 ? 1 : 0;
}

async function tellFailure({ each, violations }: Failure, lanes: LaneServers): Promise<void> {
  console.log(`fuzz: seed ${each.seed} breaks a rule (again with: pnpm fuzz --only --seed ${each.seed})`);
  for (const { kind, text } of violations) console.log(`  ${kind}: ${text}`);
  const kinds = new Set(violations.map(({ kind }) => kind));
  const fails = async (candidate: FuzzCase): Promise<boolean> => {
    const found = await playCase(candidate, lanes, false);
    return found.some(({ kind }) => kinds.has(kind));
  };
  const smallest = await shrinkCase(each, fails, untilSpent(SHRINK_PLAYS, SHRINK_MS));
  console.log(`smallest case that still breaks it:\n${JSON.stringify(smallest, null, 1)}`);
}

/** Says once per play whether there may be one more. */
function untilSpent(plays: number, ms: number): () => boolean {
  const until = performance.now() + ms;
  let left = plays;
  return () => left-- > 0 && performance.now() < until;
}

function tellTally({ seed }: Options, { cases, requests }: Tally): void {
  console.log(`fuzz: ${cases} cases, ${requests} requests, seeds from ${seed}`);
}

await main();
