import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

const STOP_LIMIT_MS = 2_000;
const START_LIMIT_MS = 30_000;
const STDERR_KEPT = 2_000;

export interface ChildOptions {
  readonly label: string;
  readonly file: string;
  readonly args: readonly string[];
  /** Core it is pinned to; `null` for any. */
  readonly core: number | null;
  /** Replaces the whole environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Messages between parent and child. */
  readonly ipc?: boolean;
}

export interface Child {
  readonly label: string;
  readonly pid: number;
  /** First line on stdout that matches. Rejects when the child ends or takes too long. */
  line(pattern: RegExp): Promise<RegExpExecArray>;
  /** Next message from the child. Rejects when it ends. */
  message(): Promise<unknown>;
  send(message: object): void;
  /** Its exit code once it is gone; `null` after a signal, or when it never started. */
  readonly ended: Promise<number | null>;
  /** Asks it to end, and makes it end. */
  stop(): Promise<void>;
}

/** The processes this run started, which all end with it. No other process is ever touched. */
export interface Crew {
  start(options: ChildOptions): Child;
  stopAll(): Promise<void>;
  /** At once, for the last moment of this process. */
  killAll(): void;
}

export function createCrew(): Crew {
  const running = new Set<ChildProcess>();
  const stop = async (child: ChildProcess): Promise<void> => {
    if (!running.has(child)) return;
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await Promise.race([ended, sleep(STOP_LIMIT_MS, undefined, { ref: false })]);
    if (!running.has(child)) return;
    child.kill("SIGKILL");
    await ended;
  };
  return {
    start(options) {
      const child = spawnPinned(options);
      running.add(child);
      child.once("exit", () => running.delete(child));
      child.once("error", () => running.delete(child));
      return wrapChild(options.label, child, () => stop(child));
    },
    async stopAll() {
      await Promise.all([...running].map(stop));
    },
    killAll() {
      for (const child of running) child.kill("SIGKILL");
    },
  };
}

function spawnPinned({ file, args, core, env, ipc }: ChildOptions): ChildProcess {
  const command = core === null ? [file, ...args] : ["taskset", "-c", String(core), file, ...args];
  return spawn(command[0] ?? file, command.slice(1), {
    // The three streams, and a channel for messages where one is wanted.
    stdio: ["ignore", "pipe", "pipe", ...(ipc === true ? (["ipc"] as const) : [])],
    env: env ?? process.env,
  });
}

function wrapChild(label: string, child: ChildProcess, stop: () => Promise<void>): Child {
  let complaints = "";
  let said = "";
  child.stderr?.on("data", (bytes: Buffer) => {
    complaints = (complaints + bytes.toString()).slice(-STDERR_KEPT);
  });
  child.stdout?.on("data", (bytes: Buffer) => {
    said = (said + bytes.toString()).slice(-STDERR_KEPT);
  });
  const ended = new Promise<never>((_, reject) => {
    child.once("error", (error) => reject(new Error(`${label} did not start: ${error.message}`)));
    child.once("exit", (code, signal) =>
      reject(new Error(`${label} ended (${signal ?? code})\n${complaints || said}`.trimEnd())),
    );
  });
  return {
    label,
    pid: child.pid ?? -1,
    line: (pattern) => {
      const found = new Promise<RegExpExecArray>((resolve) => {
        const look = (): void => {
          const match = pattern.exec(said);
          if (match !== null) resolve(match);
        };
        child.stdout?.on("data", look);
        look();
      });
      return Promise.race([found, ended, tooLate(label)]);
    },
    message: async () => {
      const [message] = await Promise.race([once(child, "message"), ended]);
      return message;
    },
    send: (message) => void child.send(message),
    ended: ended.catch(() => child.exitCode),
    stop,
  };
}

async function tooLate(label: string): Promise<never> {
  await sleep(START_LIMIT_MS, undefined, { ref: false });
  throw new Error(`${label} was not ready after ${START_LIMIT_MS / 1000} s`);
}
