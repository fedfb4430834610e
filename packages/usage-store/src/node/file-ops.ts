import {
  closeSync,
  constants,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readSync,
  renameSync,
  type Stats,
  writeSync,
} from "node:fs";
import { errorReason } from "./error-reason.ts";
import { makeFolder } from "./make-folder.ts";

export interface FileIdentity {
  readonly dev: number;
  readonly ino: number;
}

export interface FileFacts extends FileIdentity {
  readonly size: number;
  readonly isFile: boolean;
}

/**
 * The file system as the log sees it. Every function throws Node's own error (with `code`) on failure. A port, so
 * that short writes and full disks can be provoked exactly where they hurt.
 */
export interface FileOps {
  /** Creates a folder and its parents, mode 0700; fine if it exists. */
  mkdir(path: string): void;
  open(path: string, flags: number, mode: number): number;
  /** One write system call. Returns how many bytes were taken, which may be fewer than asked. */
  write(fd: number, bytes: Uint8Array): number;
  /** Fills the buffer from `position` of the file; returns the bytes read. */
  read(fd: number, into: Uint8Array, position: number): number;
  stat(fd: number): FileFacts;
  /** Who sits at a path, links not followed; `null` if nobody. */
  identity(path: string): FileIdentity | null;
  truncate(fd: number, size: number): void;
  rename(from: string, to: string): void;
  /** Flushes data to the device off the main thread. */
  sync(fd: number, done: (error: Error | null) => void): void;
  syncNow(fd: number): void;
  close(fd: number): void;
}

function facts(stats: Stats): FileFacts {
  return {
    dev: stats.dev,
    ino: stats.ino,
    size: stats.size,
    isFile: stats.isFile(),
  };
}

export const realFileOps: FileOps = {
  mkdir: (path) => makeFolder(path),
  open: (path, flags, mode) => openSync(path, flags, mode),
  write: (fd, bytes) => writeSync(fd, bytes, 0, bytes.length, null),
  read: (fd, into, position) => readSync(fd, into, 0, into.length, position),
  stat: (fd) => facts(fstatSync(fd)),
  identity: (path) => lstatSync(path, { throwIfNoEntry: false }) ?? null,
  truncate: (fd, size) => ftruncateSync(fd, size),
  rename: (from, to) => renameSync(from, to),
  sync: (fd, done) => fdatasync(fd, done),
  syncNow: (fd) => fdatasyncSync(fd),
  close: (fd) => closeSync(fd),
};

/**
 * How the log is opened. NOFOLLOW: a link put in its place must not redirect the writes. NONBLOCK: opening a FIFO
 * that nobody reads would otherwise stop the whole process; it has no effect on regular files.
 */
export const APPEND_FLAGS: number =
  constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;

export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return codes.includes(errorReason(error));
}
