import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/** Long, for a gate must not fail where the machine is busy. */
const READY_MS = 120_000;

export interface ProgramLine {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Starts a gateway, works with it under the address it prints, and ends it the way a service manager does. */
export async function whileItRuns(
  { file, args, cwd, env }: ProgramLine,
  work: (url: string) => Promise<void>,
): Promise<void> {
  const child = spawn(file, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "exit");
  try {
    await work(await readyUrl(child));
  } finally {
    child.kill("SIGTERM");
  }
  const [code, signal] = await ended;
  assert.deepEqual([code, signal], [0, null]);
}

/** Resolves with the address the program prints once it listens. */
async function readyUrl(child: ChildProcess): Promise<string> {
  let output = "";
  const deadline = AbortSignal.timeout(READY_MS);
  return new Promise((resolve, reject) => {
    const listen = (chunk: Buffer): void => {
      output += chunk.toString("utf8");
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0];
      if (url !== undefined) resolve(url);
    };
    child.stdout?.on("data", listen);
    child.stderr?.on("data", listen);
    child.on("exit", (code) => reject(new Error(`ended with ${code} before it was ready\n${output}`)));
    child.on("error", reject);
    deadline.addEventListener("abort", () => reject(new Error(`not ready in ${READY_MS} ms\n${output}`)));
  });
}
