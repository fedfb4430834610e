import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";

export interface CommandResult {
  readonly ok: boolean;
  /** `null` where a signal ended it or it could not be started. */
  readonly code: number | null;
  /** stdout and stderr, in order of arrival. */
  readonly output: string;
}

/** Runs a program to its end without a terminal; never rejects. */
export function runCommand(
  file: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const collect = (chunk: Buffer): void => {
      output += chunk.toString("utf8");
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.on("error", (error) => resolve({ ok: false, code: null, output: `${output}${error.message}\n` }));
    child.on("close", (code) => resolve({ ok: code === 0, code, output }));
  });
}

/** Like `Promise.all` over `items`, with as many at work as the machine has cores. */
export async function mapParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      results[index] = await work(items[index] as T);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return results;
}
