import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, platform, release } from "node:os";

export interface Machine {
  /** Cores this process may use. */
  readonly cores: number;
  readonly cpuModel: string;
  readonly system: string;
  readonly node: string;
  /** `null` where nginx is not installed. */
  readonly nginx: string | null;
  /** Where processes are pinned: the harness apart from the subjects. `null` where they cannot be. */
  readonly pins: { readonly harness: number; readonly subject: number } | null;
}

export function describeMachine(): Machine {
  const allowed = allowedCores();
  const [harness, subject] = allowed;
  const pins =
    harness !== undefined && subject !== undefined && runs("taskset", ["--version"]) !== null
      ? { harness, subject }
      : null;
  return {
    cores: allowed.length,
    cpuModel: cpus()[0]?.model.trim() ?? "unknown",
    system: `${platform()} ${release()}`,
    node: process.version,
    // nginx tells its version on stderr.
    nginx: /nginx\/(\S+)/.exec(runs("nginx", ["-v"]) ?? "")?.[1] ?? null,
    pins,
  };
}

/** Numbers of the cores, not just their count: a container may be given 4-5. */
function allowedCores(): number[] {
  try {
    const list = /^Cpus_allowed_list:\s+(\S+)/m.exec(readFileSync("/proc/self/status", "latin1"))?.[1] ?? "";
    return list.split(",").flatMap((range) => {
      const [first = 0, last = first] = range.split("-").map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
  } catch {
    return cpus().map((_, index) => index);
  }
}

function runs(file: string, args: readonly string[]): string | null {
  const { status, stdout, stderr } = spawnSync(file, args, { encoding: "utf8" });
  return status === 0 ? stdout + stderr : null;
}
