import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FileOps, realFileOps } from "./file-ops.ts";

/** A folder of its own for one test. */
export function temporaryFolder(): { dir: string; remove: () => void } {
  const dir = mkdtempSync(join(tmpdir(), "ccp-store-"));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

export function fileLines(path: string): string[] {
  return readFileSync(path, "utf8").split("\n");
}

export function faultOf(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: provoked`), { code });
}

/** The real file system with some calls that can be made to fail. Set a field, and the next calls meet it. */
export class FaultyOps {
  /** Bytes that the device still has; null: no end. A write past it is short, then ENOSPC. */
  room: number | null = null;
  failWrite: string | null = null;
  failOpen: string | null = null;
  failRename: string | null = null;
  failTruncate: string | null = null;
  failSync: string | null = null;
  readonly calls: string[] = [];

  readonly ops: FileOps = {
    ...realFileOps,
    open: (path, flags, mode) => {
      if (this.failOpen !== null) throw faultOf(this.failOpen);
      return realFileOps.open(path, flags, mode);
    },
    write: (fd, bytes) => {
      if (this.failWrite !== null) throw faultOf(this.failWrite);
      if (this.room === null) return realFileOps.write(fd, bytes);
      if (this.room === 0) throw faultOf("ENOSPC");
      const taken = Math.min(this.room, bytes.length);
      this.room -= taken;
      return realFileOps.write(fd, bytes.subarray(0, taken));
    },
    rename: (from, to) => {
      this.calls.push("rename");
      if (this.failRename !== null) throw faultOf(this.failRename);
      realFileOps.rename(from, to);
    },
    truncate: (fd, size) => {
      if (this.failTruncate !== null) throw faultOf(this.failTruncate);
      realFileOps.truncate(fd, size);
    },
    sync: (fd, done) => {
      this.calls.push("sync");
      if (this.failSync !== null) return done(faultOf(this.failSync));
      return realFileOps.sync(fd, done);
    },
    syncNow: (fd) => {
      this.calls.push("syncNow");
      realFileOps.syncNow(fd);
    },
    close: (fd) => {
      this.calls.push("close");
      realFileOps.close(fd);
    },
  };
}
