import { readdirSync, readFileSync } from "node:fs";

/** Linux counts `/proc/stat` in these, whatever the kernel's own tick is. */
const MS_PER_TICK = 10;

/**
 * CPU time a process has used, in ms, all its threads together: garbage collector, compiler and file threads too.
 * Nanosecond counters of the scheduler, since ticks of 10 ms are too coarse for one scenario.
 *
 * @returns `null` where the system does not tell (not Linux, or the process is gone).
 */
export function processCpuMs(pid: number): number | null {
  try {
    let nanoseconds = 0;
    for (const task of readdirSync(`/proc/${pid}/task`)) {
      nanoseconds += taskNanoseconds(`/proc/${pid}/task/${task}/schedstat`);
    }
    return nanoseconds / 1e6;
  } catch {
    return null;
  }
}

function taskNanoseconds(file: string): number {
  try {
    return Number(readFileSync(file, "latin1").split(" ", 1)[0]);
  } catch (error) {
    // A thread may end between the listing and the reading; a kernel without the file has no thread that can be read.
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return 0;
    throw error;
  }
}

/** Time in ms that all cores together were busy since boot, stolen time included. `null` where unknown. */
export function machineBusyMs(): number | null {
  try {
    const [line] = readFileSync("/proc/stat", "latin1").split("\n", 1);
    const [user, nice, system, , , irq, softirq, steal] = (line ?? "")
      .trim()
      .split(/\s+/)
      .slice(1)
      .map(Number);
    const ticks = [user, nice, system, irq, softirq, steal].reduce<number>(
      (sum, part) => sum + (part ?? 0),
      0,
    );
    return ticks * MS_PER_TICK;
  } catch {
    return null;
  }
}

/** Memory of a process that is in RAM now, in MB. `null` where unknown. */
export function residentMb(pid: number): number | null {
  try {
    const found = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"));
    return found === null ? null : Number(found[1]) / 1024;
  } catch {
    return null;
  }
}
