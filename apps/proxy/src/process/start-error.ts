/** `sysexits` codes, as the command line documents them. */
export const EXIT_FAILED = 1;
export const EXIT_BAD_CONFIG = 78;

export interface StartErrorParts {
  readonly what: string;
  /** A line each. */
  readonly why: readonly string[];
  /** A command to type, or the one thing to do. */
  readonly next: string;
  readonly exitCode?: number;
}

/** The gateway cannot start: what is wrong, why, what to do next, and the exit code. */
export class StartError extends Error {
  readonly why: readonly string[];
  readonly next: string;
  readonly exitCode: number;

  constructor({ what, why, next, exitCode = EXIT_FAILED }: StartErrorParts) {
    super(what);
    this.name = "StartError";
    this.why = why;
    this.next = next;
    this.exitCode = exitCode;
  }
}

/** The lines that a person reads, as those of the other commands. */
export function renderStartError({
  message,
  why,
  next,
}: Pick<StartError, "message" | "why" | "next">): string {
  return `ccp: ${message}\n${[...why, `next: ${next}`].map((line) => `     ${line}\n`).join("")}`;
}
