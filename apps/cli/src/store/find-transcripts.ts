import { readdirSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";

export interface Transcript {
  readonly path: string;
  readonly sizeBytes: number;
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
  return config.map((dir) => join(dir, "projects"));
}

/**
 * Every `*.jsonl` below the folders, by path; links are not followed. A folder that is not there holds none.
 *
 * @param sinceMs Files that were not written to since are left out: what is in them is older.
 */
export function findTranscripts(folders: readonly string[], sinceMs: number | null): Transcript[] {
  const found: Transcript[] = [];
  for (const folder of folders) {
    for (const name of listFiles(folder)) {
      const path = join(folder, name);
      const stats = tryStat(path);
      if (stats === null || (sinceMs !== null && stats.mtimeMs < sinceMs)) continue;
      found.push({ path, sizeBytes: stats.size });
    }
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function listFiles(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && entry.name.endsWith(".jsonl"))
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  } catch {
    // Not there, or not ours to read.
    return [];
  }
}

function tryStat(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}
