import { lstatSync, mkdirSync, type Stats, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { errorReason } from "./error-reason.ts";

/** A folder that cannot be made: which, and why, in words that name the part of the path that is in the way. */
export class FolderError extends Error {
  readonly path: string;

  constructor(path: string, why: string) {
    super(why);
    this.name = "FolderError";
    this.path = path;
  }
}

/**
 * Makes a folder and its parents, for its owner alone; fine if it exists. Node's own `recursive` never ends where a parent that
 * exists takes no children and says that there is none, as `/proc` does.
 *
 * @throws {FolderError}
 */
export function makeFolder(path: string, mode = 0o700): void {
  const missing: string[] = [];
  let at = resolve(path);
  while (!isFolder(at)) {
    missing.push(at);
    at = dirname(at);
  }
  for (const folder of missing.toReversed()) makeOne(folder, mode);
}

/** `false` where nothing is. @throws {FolderError} When something else is there. */
function isFolder(path: string): boolean {
  const found = look(path, statSync);
  if (found !== null) {
    if (found.isDirectory()) return true;
    throw new FolderError(path, `${path} is no folder`);
  }
  if (look(path, lstatSync) !== null) throw new FolderError(path, `${path} is a link that leads nowhere`);
  return false;
}

function look(path: string, stat: (path: string) => Stats): Stats | null {
  try {
    return stat(path);
  } catch (error) {
    const reason = errorReason(error);
    // Not a directory: what stands above it is looked at next, and named.
    if (reason === "ENOENT" || reason === "ENOTDIR") return null;
    throw new FolderError(path, `${path}: ${fileReason(reason)}`);
  }
}

function makeOne(path: string, mode: number): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    const reason = errorReason(error);
    // Somebody else was faster.
    if (reason === "EEXIST" && isFolder(path)) return;
    const why = reason === "ENOENT" ? "takes no folders (ENOENT)" : `takes no folder: ${fileReason(reason)}`;
    throw new FolderError(path, `${dirname(path)} ${why}`);
  }
}

const WORDS: Readonly<Record<string, string>> = {
  EACCES: "no permission",
  EPERM: "no permission",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  ELOOP: "it is a link, which is not followed",
  ENOTDIR: "a part of the path is no folder",
  EISDIR: "it is a folder",
  ENXIO: "it is no regular file",
  ENAMETOOLONG: "the name is too long",
};

/** An error code in words, with the code; what has no words stays as it is. */
export function fileReason(reason: string): string {
  const words = WORDS[reason];
  return words === undefined ? reason : `${words} (${reason})`;
}
