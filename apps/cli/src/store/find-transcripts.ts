import { type Dirent, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

export interface Transcript {
  readonly path: string;
  readonly sizeBytes: number;
}

/** What could not be read, and why. */
export interface Unread {
  readonly path: string;
  readonly reason: string;
}

export interface FoundTranscripts {
  /** By path. */
  readonly files: readonly Transcript[];
  readonly unread: readonly Unread[];
}

/** Where Claude Code keeps its transcripts: `CLAUDE_CONFIG_DIR` (several with commas), else the folders it uses itself. */
export function claudeFolders(
  env: Readonly<Record<string, string | undefined>>,
  homeDir: string,
): readonly string[] {
  const named = (env.CLAUDE_CONFIG_DIR ?? "")
    .split(",")
    .map((dir) => dir.trim())
    .filter((dir) => dir !== "");
  const config = named.length > 0 ? named : [join(homeDir, ".claude"), join(homeDir, ".config", "claude")];
  return [...new Set(config)].map((dir) => join(dir, "projects"));
}

/**
 * Every `*.jsonl` below the folders; links are not followed. A folder that is not there holds none; one that cannot be read
 * hides nothing but itself.
 *
 * @param sinceMs Files that were not written to since are left out: what is in them is older.
 */
export function findTranscripts(folders: readonly string[], sinceMs: number | null): FoundTranscripts {
  const files: Transcript[] = [];
  const unread: Unread[] = [];
  const take = (path: string): void => {
    try {
      const { size, mtimeMs } = statSync(path);
      if (sinceMs === null || mtimeMs >= sinceMs) files.push({ path, sizeBytes: size });
    } catch (error) {
      unread.push({ path, reason: reasonOf(error) });
    }
  };
  const visit = (folder: string, isRoot: boolean): void => {
    let entries: Dirent[];
    try {
      entries = readdirSync(folder, { withFileTypes: true });
    } catch (error) {
      if (!isRoot || !hasCode(error, "ENOENT")) unread.push({ path: folder, reason: reasonOf(error) });
      return;
    }
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) visit(path, false);
      else if (entry.isSymbolicLink()) unread.push({ path, reason: "a link, which is not followed" });
      else if (!entry.name.endsWith(".jsonl")) continue;
      else if (entry.isFile()) take(path);
      else unread.push({ path, reason: "no file" });
    }
  };
  for (const folder of folders) visit(folder, true);
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { files, unread };
}

/** Why a file or folder cannot be read, in a few words. */
export function reasonOf(error: unknown): string {
  if (hasCode(error, "EACCES") || hasCode(error, "EPERM")) return "permission denied";
  return error instanceof Error ? error.message : String(error);
}

function hasCode(error: unknown, code: string): boolean {
  return (error as NodeJS.ErrnoException).code === code;
}
