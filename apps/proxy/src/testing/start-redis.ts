import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

const PLACES = ["/usr/bin/redis-server", "/usr/bin/valkey-server", "/opt/homebrew/bin/redis-server"];

/** The server's program; `null` where there is none. */
export const REDIS_SERVER: string | null = PLACES.find((path) => existsSync(path)) ?? null;
export const NO_REDIS = "no redis-server on this machine (Debian: apt-get install redis-server)";

/** A real server of its own on a free port. Without a disk: what it held ends with it. */
export interface TestRedis {
  readonly url: string;
  /** Kills it. */
  stop(): Promise<void>;
  /** Starts it again, empty, on the same port. */
  start(): Promise<void>;
  /** Lets it hang, and go on: its connections stay. */
  pause(): void;
  resume(): void;
}

export async function startRedis(program: string, password: string): Promise<TestRedis> {
  const port = await freePort();
  const disk = ["--save", "", "--appendonly", "no", "--dir", tmpdir()];
  const args = [...disk, "--bind", "127.0.0.1", "--port", String(port), "--requirepass", password];
  let child: ChildProcess | null = null;
  const redis: TestRedis = {
    url: `redis://:${password}@127.0.0.1:${port}`,
    async start() {
      child = spawn(program, args, { stdio: "ignore" });
      while (!(await answers(port))) {
        if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}`);
        await sleep(10);
      }
    },
    pause: () => void child?.kill("SIGSTOP"),
    resume: () => void child?.kill("SIGCONT"),
    async stop() {
      if (child === null || child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
  await redis.start();
  return redis;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  const connected = await once(socket, "connect").then(
    () => true,
    () => false,
  );
  socket.destroy();
  return connected;
}
