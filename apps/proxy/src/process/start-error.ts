/** `sysexits` codes, as the command line documents them. */
export const EXIT_FAILED = 1;
export const EXIT_BAD_CONFIG = 78;

/** The gateway cannot start: what is wrong, what to do, and the exit code. */
export class StartError extends Error {
  readonly hints: readonly string[];
  readonly exitCode: number;

  constructor(message: string, hints: readonly string[], exitCode: number = EXIT_FAILED) {
    super(message);
    this.name = "StartError";
    this.hints = hints;
    this.exitCode = exitCode;
  }
}
