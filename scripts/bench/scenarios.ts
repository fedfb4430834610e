import { setTimeout as sleep } from "node:timers/promises";
import type { Bench } from "./bench.ts";
import { residentMb } from "./cpu-time.ts";
import { timeCommand, timeFirstAnswer } from "./first-answer.ts";
import type { LoadJob, LoadResult } from "./load/job.ts";
import type { MockMode } from "./mock-answer.ts";
import type { RunningSubject, SubjectName } from "./subjects.ts";

export interface Measure {
  readonly id: string;
  readonly title: string;
  readonly unit: "µs" | "ms" | "req/s" | "MB";
  readonly better: "lower" | "higher";
}

export type Values = Readonly<Record<string, number | null>>;

export interface Scenario {
  readonly name: string;
  /** Part of `--quick`. */
  readonly quick: boolean;
  /** Needs the built files, since starting from sources is nobody's case. */
  readonly builtOnly?: boolean;
  /** Puts load on a running subject, so a pass of it also warms one. */
  readonly load: boolean;
  readonly measures: readonly Measure[];
  /** One measurement; a missing value is one that the subject cannot have. */
  run(bench: Bench, name: SubjectName, subject: RunningSubject): Promise<Values>;
}

export const BURST: MockMode = { kind: "burst", deltas: 50 };
const KB = 1_000;
const IDLE_MS = 400;
const FIRST_LOAD_MS = 1_000;
/** Load before each window, for connections and caches. */
const WARM_MS = 100;
const DELTA_INTERVAL_MS = 50;
const PACED_STREAMS = 100;
/** Time after the window in which streams still run, so that none ends inside it. */
const PACED_TAIL_MS = 300;

export const SCENARIOS: readonly Scenario[] = [
  closedLoop("json-2k-c1", "2 KB, 1 connection", 2 * KB, 1, 300, { p50: true }),
  closedLoop("json-2k-c64", "2 KB, 64 connections", 2 * KB, 64, 450, { rate: true, cpu: true }),
  closedLoop("json-500k-c1", "500 KB, 1 connection", 500 * KB, 1, 300, { p50: true }),
  closedLoop("json-50k-c64", "50 KB, 64 connections", 50 * KB, 64, 450, { rate: true }),
  {
    ...closedLoop("json-500k-c64", "500 KB, 64 connections", 500 * KB, 64, 450, { rate: true }),
    quick: false,
  },
  closedLoop("sse-burst-c1", "stream of 50 deltas at once", 2 * KB, 1, 300, { firstByte: true }),
  pacedStreams(),
  {
    name: "memory",
    quick: true,
    load: false,
    measures: [{ id: "memory.loaded", title: "memory after all of the above", unit: "MB", better: "lower" }],
    run: async (_bench, _name, { pid }) => ({ "memory.loaded": pid === null ? null : residentMb(pid) }),
  },
  {
    name: "start",
    quick: true,
    load: false,
    measures: [
      { id: "start.first", title: "start to first 200", unit: "ms", better: "lower" },
      { id: "start.idle", title: "memory after the first 200", unit: "MB", better: "lower" },
      { id: "start.loaded", title: "memory after a second of 64 connections", unit: "MB", better: "lower" },
    ],
    run: measureStart,
  },
  {
    name: "cli",
    quick: false,
    builtOnly: true,
    load: false,
    measures: [
      {
        id: "cli.quotas",
        title: "`cc quotas --json` (raw-node: an empty script)",
        unit: "ms",
        better: "lower",
      },
    ],
    run: async (bench, name, subject) => ({ "cli.quotas": await timeCommand(bench, name, subject) }),
  },
];

interface Wanted {
  readonly p50?: boolean;
  readonly rate?: boolean;
  readonly cpu?: boolean;
  readonly firstByte?: boolean;
}

function closedLoop(
  name: string,
  title: string,
  requestBytes: number,
  connections: number,
  windowMs: number,
  wanted: Wanted,
): Scenario {
  const stream = wanted.firstByte === true;
  const mode: MockMode = stream ? BURST : { kind: "json" };
  const figures: [Measure, (result: LoadResult) => number | null][] = [];
  const add = (
    id: string,
    what: string,
    unit: Measure["unit"],
    better: Measure["better"],
    read: (result: LoadResult) => number | null,
  ): void => void figures.push([{ id: `${name}.${id}`, title: `${title}: ${what}`, unit, better }, read]);
  if (wanted.p50) add("p50", "p50", "µs", "lower", (result) => result.p50Us);
  if (wanted.firstByte) add("first", "first byte, p50", "µs", "lower", (result) => result.firstByteP50Us);
  if (wanted.rate) {
    add("rate", "requests", "req/s", "higher", ({ requests, windowMs: ms }) => (requests / ms) * 1000);
  }
  if (wanted.cpu) {
    add("cpu", "CPU per request", "µs", "lower", ({ subjectCpuMs, requests }) =>
      perUs(subjectCpuMs, requests),
    );
  }
  return {
    name,
    quick: true,
    load: true,
    measures: figures.map(([measure]) => measure),
    run: async (bench, subjectName, subject) => {
      const answerBytes = (await bench.setMock(mode)) ?? 0;
      const times = { warmMs: WARM_MS, windowMs };
      const job: LoadJob = {
        kind: "closed_loop",
        connections,
        stream,
        answerBytes,
        requestBytes,
        ...target(),
        ...times,
      };
      const result = await bench.load(job, name, subjectName);
      return Object.fromEntries(figures.map(([measure, read]) => [measure.id, read(result)]));
      function target(): Pick<LoadJob, "port" | "subjectPid" | "mockPid"> {
        return { port: subject.port, subjectPid: subject.pid, mockPid: bench.mockPid };
      }
    },
  };
}

function pacedStreams(): Scenario {
  const name = "sse-paced";
  const title = `${PACED_STREAMS} streams of ${1000 / DELTA_INTERVAL_MS} deltas/s`;
  return {
    name,
    quick: true,
    load: true,
    measures: [
      { id: `${name}.delay50`, title: `${title}: delay of a delta, p50`, unit: "µs", better: "lower" },
      { id: `${name}.delay99`, title: `${title}: delay of a delta, p99`, unit: "µs", better: "lower" },
      { id: `${name}.cpu`, title: `${title}: CPU per delta`, unit: "µs", better: "lower" },
    ],
    run: async (bench, subjectName, { port, pid }) => {
      const warmMs = 400;
      const windowMs = 900;
      const deltas = Math.ceil((warmMs + windowMs + PACED_TAIL_MS) / DELTA_INTERVAL_MS);
      await bench.setMock({ kind: "paced", deltas, intervalMs: DELTA_INTERVAL_MS });
      const target = { port, subjectPid: pid, mockPid: bench.mockPid, requestBytes: 2 * KB };
      const shape = { streams: PACED_STREAMS, deltas, intervalMs: DELTA_INTERVAL_MS };
      const job: LoadJob = { kind: "paced_streams", ...target, ...shape, warmMs, windowMs };
      const result = await bench.load(job, name, subjectName);
      return {
        [`${name}.delay50`]: result.chunkDelayP50Us,
        [`${name}.delay99`]: result.chunkDelayP99Us,
        [`${name}.cpu`]: perUs(result.subjectCpuMs, result.chunks),
      };
    },
  };
}

/** A process of its own each time: memory after a fixed load, whatever ran before. */
async function measureStart(bench: Bench, name: SubjectName): Promise<Values> {
  if (name === "direct") return {};
  const answerBytes = (await bench.setMock({ kind: "json" })) ?? 0;
  const { subject, elapsedMs } = await timeFirstAnswer(bench.stage, name);
  await sleep(IDLE_MS);
  const { port, pid } = subject;
  const idle = pid === null ? null : residentMb(pid);
  const target = { port, subjectPid: pid, mockPid: bench.mockPid, requestBytes: 2 * KB, answerBytes };
  const shape = { kind: "closed_loop", connections: 64, stream: false } as const;
  await bench.load({ ...target, ...shape, warmMs: 0, windowMs: FIRST_LOAD_MS }, "start", name);
  const loaded = pid === null ? null : residentMb(pid);
  await subject.stop();
  return { "start.first": elapsedMs, "start.idle": idle, "start.loaded": loaded };
}

function perUs(cpuMs: number | null, count: number): number | null {
  return cpuMs === null || count === 0 ? null : (cpuMs * 1000) / count;
}
