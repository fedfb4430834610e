import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../apps/proxy/src/main.ts", import.meta.url));
const START_LIMIT_MS = 30_000;

/** A gateway as a process of its own, as a user starts it. */
export interface GatewayProcess {
  readonly url: string;
  readonly pid: number;
  /** Everything it has said. */
  readonly output: () => string;
  /** SIGKILL: no handler runs, nothing is flushed. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
}

/** Starts a gateway and waits for the line that names its address. */
export async function startGatewayProcess(env: Readonly<Record<string, string>>): Promise<GatewayProcess> {
  const child = spawn(process.execPath, ["--conditions=ccp-source", MAIN], {
    env: { PATH: process.env.PATH ?? "", HOME: env.CCP_STATE_DIR ?? "/", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exit = once(child, "exit");
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      output += chunk;
    });
  const url = await waitForUrl(child, () => output);
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    await exit;
    return child.exitCode;
  };
  return {
    url,
    pid: child.pid ?? 0,
    output: () => output,
    kill: async () => void (await end("SIGKILL")),
    stop: () => end("SIGTERM"),
  };
}

async function waitForUrl(child: ChildProcess, output: () => string): Promise<string> {
  const limit = setTimeout(() => child.kill("SIGKILL"), START_LIMIT_MS);
  try {
    for (;;) {
      const found = /^ccp \S+ {2}(http\S+)/m.exec(output())?.[1];
      if (found !== undefined) return found;
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`no start:\n${output()}`);
      await Promise.race([once(child.stdout ?? child, "data"), once(child, "exit")]);
    }
  } finally {
    clearTimeout(limit);
  }
}
