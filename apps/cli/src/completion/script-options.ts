/** What a completion script is written for. */
export interface ScriptOptions {
  /** Names that are completed; the first one also names the script's functions. */
  readonly names: readonly [string, ...string[]];
  /** Path or name of the program that is asked. */
  readonly program: string;
}

/** For names of functions. */
export function identifier(name: string): string {
  return name.replace(/[^A-Za-z0-9]/g, "_");
}
