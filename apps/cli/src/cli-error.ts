import type { ExitCode } from "./exit-code.ts";

export interface CliErrorParts {
  readonly what: string;
  readonly why: string;
  /** A command to type, or the one thing to do. */
  readonly next: string;
  readonly exitCode: ExitCode;
}

/** Ends the command with three lines on stderr: what went wrong, why, and what to do next. */
export class CliError extends Error {
  readonly why: string;
  readonly next: string;
  readonly exitCode: ExitCode;

  constructor({ what, why, next, exitCode }: CliErrorParts) {
    super(what);
    this.name = "CliError";
    this.why = why;
    this.next = next;
    this.exitCode = exitCode;
  }
}
