import { accessSync, constants, existsSync, statSync } from "node:fs";
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
export function findProgram(name: string, places: ProgramPlaces): string | null {
  return candidates(name, places).find(isRunnable) ?? null;
}

/** The same for what is there and may not be run: a file without the right to, or a folder. */
export function findFile(name: string, places: ProgramPlaces): string | null {
  return candidates(name, places).find((file) => existsSync(file)) ?? null;
}

function candidates(name: string, { path, cwd }: ProgramPlaces): string[] {
  if (isAbsolute(name) || name.includes("/")) return [resolve(cwd, name)];
  return (path ?? "").split(delimiter).map((dir) => resolve(cwd, join(dir === "" ? "." : dir, name)));
}

function isRunnable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
