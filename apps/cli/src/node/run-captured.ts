import { spawn } from "node:child_process";

export interface Captured {
  /** `null` where it could not be started, or a signal ended it. */
  readonly code: number | null;
  /** Both streams as they came. */
  readonly text: string;
}

/** Longer than any of the system's tools takes; a hanging one must not hold the command. */
const LIMIT_MS = 20_000;
const MAX_TEXT = 64 * 1024;

/** Runs a program to its end and keeps what it says. Never rejects. */
export function runCaptured(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<Captured> {
  return new Promise((resolve) => {
    const child = spawn(file, args, { env, stdio: ["ignore", "pipe", "pipe"], timeout: LIMIT_MS });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        text = (text + chunk).slice(0, MAX_TEXT);
      });
    }
    child.on("error", (error) => resolve({ code: null, text: error.message }));
    child.on("close", (code) => resolve({ code, text }));
  });
}
