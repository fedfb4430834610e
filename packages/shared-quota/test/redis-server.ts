import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PLACES = ["/usr/bin/redis-server", "/usr/bin/valkey-server", "/opt/homebrew/bin/redis-server"];

/** The server's program; `null` where there is none. */
export const REDIS_SERVER: string | null = PLACES.find((path) => existsSync(path)) ?? null;
export const NO_REDIS = "no redis-server on this machine (Debian: apt-get install redis-server)";

/** A real server of its own on a free port, without a disk. */
export interface TestRedis {
  readonly port: number;
  readonly url: string;
  readonly pid: () => number;
  /** Ends it at once; what it held is gone. */
  stop(): Promise<void>;
  /** Starts it again, empty, on the same port. */
  start(): Promise<void>;
  close(): Promise<void>;
}

export async function startRedis(
  options: { readonly password?: string; readonly tls?: readonly string[] } = {},
): Promise<TestRedis> {
  if (REDIS_SERVER === null) throw new Error(NO_REDIS);
  const program = REDIS_SERVER;
  const dir = await mkdtemp(join(tmpdir(), "ccp-redis-"));
  const port = await freePort();
  let child: ChildProcess | null = null;
  const start = async (): Promise<void> => {
    const args = ["--save", "", "--appendonly", "no", "--bind", "127.0.0.1", "--dir", dir];
    const listen =
      options.tls === undefined
        ? ["--port", String(port)]
        : ["--port", "0", "--tls-port", String(port), ...options.tls];
    const auth = options.password === undefined ? [] : ["--requirepass", options.password];
    const started = spawn(program, [...args, ...listen, ...auth], { stdio: "ignore" });
    child = started;
    await answering(port, started);
  };
  const stop = async (): Promise<void> => {
    const ending = child;
    child = null;
    if (ending === null || ending.exitCode !== null) return;
    const gone = once(ending, "exit");
    ending.kill("SIGKILL");
    await gone;
  };
  await start();
  const auth = options.password === undefined ? "" : `:${options.password}@`;
  return {
    port,
    url: `${options.tls === undefined ? "redis" : "rediss"}://${auth}127.0.0.1:${port}`,
    pid: () => child?.pid ?? -1,
    stop,
    start,
    close: async () => {
      await stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Tries until the port takes a connection. */
async function answering(port: number, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}`);
    const socket = connect(port, "127.0.0.1");
    const opened = await Promise.race([
      once(socket, "connect").then(() => true),
      once(socket, "error").then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (opened) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
