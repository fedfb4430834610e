import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";

/** The process that listens on a port. */
export interface PortOwner {
  readonly pid: number;
  /** Name of its program; `?` where that is not told. */
  readonly program: string;
}

/** State of a listening socket in `/proc/net/tcp`. */
const LISTEN = "0A";

/**
 * Who listens on a TCP port of this machine. Linux only, and only processes whose files this user may see.
 *
 * @returns `null` where that cannot be told, or nobody listens.
 */
export function findPortOwner(port: number): PortOwner | null {
  const inodes = new Set([...listeners("/proc/net/tcp", port), ...listeners("/proc/net/tcp6", port)]);
  if (inodes.size === 0) return null;
  for (const name of list("/proc")) {
    if (!/^\d+$/.test(name) || !holdsSocket(name, inodes)) continue;
    return { pid: Number(name), program: programOf(name) };
  }
  return null;
}

/** Columns: number, local address `HEX:PORT`, remote address, state, …, inode as the tenth. */
function listeners(table: string, port: number): string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, "0");
  return read(table)
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[3] === LISTEN && columns[1]?.split(":")[1] === wanted)
    .flatMap((columns) => columns[9] ?? []);
}

function holdsSocket(pid: string, inodes: ReadonlySet<string>): boolean {
  return list(`/proc/${pid}/fd`).some((fd) => {
    try {
      const [, inode] = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`)) ?? [];
      return inode !== undefined && inodes.has(inode);
    } catch {
      // Closed since it was listed.
      return false;
    }
  });
}

/** The file that runs: the kernel's own name of a process is that of a thread in some runtimes. */
function programOf(pid: string): string {
  try {
    return basename(readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, ""));
  } catch {
    return read(`/proc/${pid}/comm`).trim() || "?";
  }
}

function list(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
