import { machineBusyMs, processCpuMs } from "../cpu-time.ts";

interface Mark {
  readonly atMs: number;
  readonly subject: number | null;
  readonly harness: number | null;
  readonly machine: number | null;
}

export interface CpuFigures {
  readonly windowMs: number;
  readonly subjectCpuMs: number | null;
  readonly harnessCpuMs: number | null;
  readonly foreignCpuMs: number | null;
}

export interface Meter {
  /** The measured window begins. */
  start(): void;
  /** The measured window ends. */
  stop(): void;
  /** @throws {RangeError} Before `stop()`. */
  figures(): CpuFigures;
}

/** CPU use between two moments, of the process under test, of the harness (mock and this process), and of all others. */
export function createMeter(subjectPid: number | null, mockPid: number): Meter {
  let first: Mark | null = null;
  let last: Mark | null = null;
  const mark = (): Mark => ({
    atMs: performance.now(),
    subject: subjectPid === null ? null : processCpuMs(subjectPid),
    harness: sum(processCpuMs(mockPid), processCpuMs(process.pid)),
    machine: machineBusyMs(),
  });
  return {
    start: () => {
      first = mark();
    },
    stop: () => {
      last = mark();
    },
    figures: () => {
      if (first === null || last === null) throw new RangeError("the window has not ended");
      const subjectCpuMs = difference(last.subject, first.subject);
      const harnessCpuMs = difference(last.harness, first.harness);
      const own = sum(harnessCpuMs, subjectPid === null ? 0 : subjectCpuMs);
      const foreign = difference(difference(last.machine, first.machine), own);
      return {
        windowMs: last.atMs - first.atMs,
        subjectCpuMs,
        harnessCpuMs,
        foreignCpuMs: foreign === null ? null : Math.max(0, foreign),
      };
    },
  };
}

function sum(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b;
}

function difference(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a - b;
}
