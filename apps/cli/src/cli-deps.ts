import type { HttpRequester } from "./client/http-call.ts";
import type { HudPorts } from "./hud/hud-ports.ts";

/** Where text goes. `process.stdout` fits. */
export interface TextStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** Width of the terminal; asked again for each frame, since windows are resized. */
  readonly columns?: number;
  readonly rows?: number;
}

/** Starts another program with this one's standard streams; resolves with its exit code, if it returns at all. */
export type Launch = (
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
) => Promise<number>;

/** Asks the person at the terminal; `null` where there is none. Rejects when the signal fires. */
export type Confirm = (question: string, signal: AbortSignal) => Promise<boolean | null>;

export interface Choice {
  readonly value: string;
  readonly hint: string;
}

/**
 * Lets the person at the terminal pick any number of choices, at least one; `null` where there is no terminal.
 * Rejects when the signal fires, or when it is called off.
 */
export type Choose = (
  question: string,
  choices: readonly Choice[],
  picked: readonly string[],
  signal: AbortSignal,
) => Promise<readonly string[] | null>;

/** Everything a command takes from outside. Tests pass their own; `main` passes the process. */
export interface CliDeps {
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The TZ this process was started with, if it was with one. */
  readonly ownTz?: string | undefined;
  /** Wall clock, epoch ms. */
  readonly nowMs: () => number;
  readonly request: HttpRequester;
  /** Replaces this process where the platform can: for a program of ours. */
  readonly launch: Launch;
  /** Starts a child and waits for it: for a program whose file might not be fit to be started. */
  readonly run: Launch;
  /** Without it there is nobody to ask. */
  readonly confirm?: Confirm;
  readonly choose?: Choose;
  /** What the live screen needs; without it there is only the single frame. */
  readonly openHudPorts?: () => Promise<HudPorts>;
  /** Resolves early, without an error, when the signal fires. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Fires on Ctrl-C. */
  readonly signal: AbortSignal;
  readonly homeDir: string;
  readonly cwd: string;
  /** Root of the checkout this command runs from; `null` for an installed package. */
  readonly checkoutDir: string | null;
  readonly version: string;
}
