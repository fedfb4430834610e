import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join, resolve } from "node:path";

export interface ProgramPlaces {
  /** As in `PATH`; folders that are not absolute are relative to `cwd`. */
  readonly path: string | undefined;
  readonly cwd: string;
}

/**
 * Finds a program as a shell does: a name with a slash is a path, any other is looked for in PATH.
 *
 * @returns The full path of a file that may be run; `null` where there is none.
 */
export function findProgram(name: string, { path, cwd }: ProgramPlaces): string | null {
  if (isAbsolute(name) || name.includes("/")) return runnable(resolve(cwd, name));
  for (const dir of (path ?? "").split(delimiter)) {
    const found = runnable(resolve(cwd, join(dir === "" ? "." : dir, name)));
    if (found !== null) return found;
  }
  return null;
}

function runnable(file: string): string | null {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile() ? file : null;
  } catch {
    return null;
  }
}
