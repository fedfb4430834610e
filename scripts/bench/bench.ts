import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Child } from "./crew.ts";
import type { LoadJob, LoadResult } from "./load/job.ts";
import type { Machine } from "./machine.ts";
import type { MockMode, MockModeSet, MockReady } from "./mock-answer.ts";
import type { Stage } from "./subjects.ts";

/** How one run of the load went, apart from its figures. */
export interface LoadNote {
  readonly scenario: string;
  readonly subject: string;
  /** Share of a core that mock and load generator used together; `null` where unknown. */
  readonly harnessBusy: number | null;
  /** Cores that others on the machine used. */
  readonly foreignCores: number | null;
  readonly errors: number;
  readonly firstError: string | null;
}

/** What scenarios work with: the mock, the load generator, and the place where subjects are started. */
export interface Bench {
  readonly stage: Stage;
  readonly mockPid: number;
  readonly notes: LoadNote[];
  /** @returns Length of the body that each answer then has, where it is fixed. */
  setMock(mode: MockMode): Promise<number | null>;
  load(job: LoadJob, scenario: string, subject: string): Promise<LoadResult>;
}

/** Pause between two subjects, for what the one before has left to do. */
const SETTLE_MS = 50;

/** Starts mock and load generator, both on the harness core. */
export async function openBench(stage: Omit<Stage, "mockPort" | "core">, machine: Machine): Promise<Bench> {
  const core = machine.pins?.harness ?? null;
  const start = (label: string, script: string): Child =>
    stage.crew.start({
      label,
      file: process.execPath,
      args: [join(import.meta.dirname, script)],
      core,
      ipc: true,
    });
  const mock = start("mock", "mock-server.ts");
  const generator = start("load generator", "load/main.ts");
  const { port } = (await mock.message()) as MockReady;
  const notes: LoadNote[] = [];
  return {
    stage: { ...stage, mockPort: port, core: machine.pins?.subject ?? null },
    mockPid: mock.pid,
    notes,
    setMock: async (mode) => {
      mock.send(mode);
      return ((await mock.message()) as MockModeSet).bodyBytes;
    },
    load: async (job, scenario, subject) => {
      await sleep(SETTLE_MS);
      generator.send(job);
      const result = (await generator.message()) as LoadResult;
      const perCore = (cpuMs: number | null): number | null =>
        cpuMs === null ? null : cpuMs / result.windowMs;
      notes.push({
        scenario,
        subject,
        harnessBusy: perCore(result.harnessCpuMs),
        foreignCores: perCore(result.foreignCpuMs),
        errors: result.errors,
        firstError: result.firstError,
      });
      return result;
    },
  };
}
