import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import { isatty } from "node:tty";
import type { Launch } from "../cli-deps.ts";

/**
 * Starts the gateway in this process's place, so that signals reach it directly and exactly once: a second SIGINT
 * would cut its streams. Where a process cannot be replaced (Windows, older Node), it runs as a child.
 */
export const launchProcess: Launch = (file, args, env) =>
  typeof process.execve === "function" && process.platform !== "win32"
    ? replaceProcess(file, args, env)
    : runChild(file, args, env);

function replaceProcess(...[file, args, env]: Parameters<Launch>): Promise<number> {
  const defined = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  process.execve?.(file, [file, ...args], Object.fromEntries(defined));
  return Promise.reject(new Error(`${file} could not be started`));
}

/**
 * Runs a child with this process's streams and passes signals on.
 *
 * @returns Its exit code; 128 plus the signal's number when a signal ended it.
 */
export function runChild(...[file, args, env]: Parameters<Launch>): Promise<number> {
  return new Promise((resolve, reject) => {
    // A terminal sends Ctrl-C to every process of the job: passing it on would make it two.
    const atTerminal = [0, 1, 2].some((fd) => isatty(fd));
    let child: ChildProcess | null = null;
    const stop = takeSignals({
      SIGINT: () => atTerminal || child?.kill("SIGINT"),
      SIGTERM: () => child?.kill("SIGTERM"),
      SIGHUP: () => child?.kill("SIGHUP"),
    });
    child = spawn(file, args, { stdio: "inherit", env });
    child.on("error", (error) => {
      stop();
      reject(error);
    });
    child.on("exit", (code, signal) => {
      stop();
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

/**
 * Takes signals over from whoever listened before. The new listener comes first: a signal that arrives while there is
 * none, as while a child is being started on a busy machine, would be lost.
 */
function takeSignals(listeners: Readonly<Record<string, () => unknown>>): () => void {
  for (const [signal, listener] of Object.entries(listeners)) {
    const before = process.rawListeners(signal);
    process.on(signal, listener);
    for (const one of before) process.removeListener(signal, one as () => void);
  }
  return () => {
    for (const [signal, listener] of Object.entries(listeners)) process.off(signal, listener);
  };
}
