import { homedir } from "node:os";
import type { CliDeps } from "./cli-deps.ts";
import { nodeRequest } from "./client/node-request.ts";
import { EXIT } from "./exit-code.ts";
import { runCli } from "./run-cli.ts";

export interface MainOptions {
  readonly version: string;
  /** Root of the checkout the launcher stands in; `null` for an installed package. */
  readonly checkoutDir: string | null;
}

/** Runs the command line of this process. Resolves with the exit code; the launcher sets it. */
export async function main(argv: readonly string[], options: MainOptions): Promise<number> {
  endWithOutput();
  return runCli(argv, processDeps(options, interruptSignal()));
}

function processDeps({ version, checkoutDir }: MainOptions, signal: AbortSignal): CliDeps {
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    ownTz: process.env.TZ,
    nowMs: () => Date.now(),
    request: nodeRequest,
    launch: async (...what) => (await import("./node/launch-process.ts")).launchProcess(...what),
    run: async (...what) => (await import("./node/launch-process.ts")).runChild(...what),
    confirm: async (...ask) => (await import("./node/ask-at-terminal.ts")).askAtTerminal(...ask),
    openHudPorts: async () => (await import("./hud/node/process-hud-ports.ts")).processHudPorts(),
    choose: async (...ask) => (await import("./node/choose-at-terminal.ts")).chooseAtTerminal(...ask),
    sleep,
    signal,
    homeDir: homedir(),
    cwd: process.cwd(),
    checkoutDir,
    version,
  };
}

/**
 * `cc quotas | head -1` closes the pipe early. That is no error of ours, and nobody is left to tell. Anything else is one:
 * half a file of numbers must not pass for a whole one.
 */
function endWithOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: Error & { code?: string }) => {
      if (error.code === "EPIPE") process.exit(EXIT.ok);
      if (stream === process.stdout) {
        process.stderr.write(`ccp: the output cannot be written: ${error.code ?? error.message}\n`);
      }
      process.exit(EXIT.failed);
    });
  }
}

/** The first Ctrl-C lets the command put the screen back; a second one does not wait for it. */
function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort();
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  return controller.signal;
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
  });
}
