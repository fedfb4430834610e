import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, unlinkSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A file system of a few megabytes that can be filled and freed. */
export interface SmallDisk {
  readonly dir: string;
  /** Takes every byte that is left. */
  fill(): void;
  free(): void;
  remove(): void;
}

/** @returns `null` where no file system may be mounted: that takes root on Linux. */
export function mountSmallDisk(megabytes: number): SmallDisk | null {
  const dir = mkdtempSync(join(tmpdir(), "ccp-disk-"));
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m,mode=0700`, "tmpfs", dir]);
  if (mounted.status !== 0) {
    rmSync(dir, { recursive: true, force: true });
    return null;
  }
  const ballast = join(dir, "ballast");
  return {
    dir,
    fill: () => fillFile(ballast),
    free: () => unlinkSync(ballast),
    remove() {
      spawnSync("umount", ["-l", dir]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function fillFile(path: string): void {
  const fd = openSync(path, "a");
  try {
    // Ever smaller pieces, down to the last byte.
    for (let size = 1024 * 1024; size >= 1; size = Math.floor(size / 2)) {
      const piece = Buffer.alloc(size);
      try {
        for (;;) if (writeSync(fd, piece) < size) break;
      } catch {
        // ENOSPC: that is what it is for.
      }
    }
  } finally {
    closeSync(fd);
  }
}
