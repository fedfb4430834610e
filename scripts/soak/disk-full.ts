import { statSync } from "node:fs";
import { join } from "node:path";
import { startMockUpstream } from "../../packages/mock-upstream/src/index.ts";
import { startGatewayProcess } from "./gateway-process.ts";
import { startLoad } from "./load.ts";
import { readLog } from "./read-log.ts";
import { readState } from "./shown-state.ts";
import { mountSmallDisk, type SmallDisk } from "./small-disk.ts";
import { writeConfiguration } from "./write-configuration.ts";

export interface DiskReport {
  readonly finished: number;
  readonly failed: number;
  /** Log lines that a listener was told of. */
  readonly told: number;
  /** Those that are not in the log in the end. */
  readonly lost: number;
  readonly torn: number;
  /** From the moment the disk had room until the log grew, ms. */
  readonly resumedAfterMs: number;
  /** Whether the gateway said that its disk was full, and that it was mended. */
  readonly isTold: boolean;
}

const STREAMS = 40;
const RESUME_LIMIT_MS = 15_000;

/**
 * Runs a gateway whose logs, state and history lie on a disk that fills up under traffic and is freed again.
 *
 * @returns `null` where no small disk can be made.
 */
export async function runDiskFull(fullMs: number): Promise<DiskReport | null> {
  const disk = mountSmallDisk(8);
  if (disk === null) return null;
  const pacing = { ttftMs: 10, tokensPerSec: 2000 };
  const plan = { rolling: { capTokens: 40_000_000 }, pacing };
  const [anthropic, zai] = await Promise.all([
    startMockUpstream({ lane: "anthropic", recordBodies: false, plan }),
    startMockUpstream({ lane: "zai", dialect: "zai", recordBodies: false, plan }),
  ]);
  try {
    return await play(disk, writeConfiguration(disk.dir, anthropic, zai), fullMs);
  } finally {
    await Promise.all([anthropic.close(), zai.close()]);
    disk.remove();
  }
}

export interface StopReport {
  /** Tokens of the log and of the lines that waited when the gateway was stopped. */
  readonly countedBefore: number;
  readonly countedAfter: number;
  readonly said: string;
}

/** Stops a gateway on purpose while its disk is full, and starts it again when there is room. */
export async function stopOnFullDisk(): Promise<StopReport | null> {
  const disk = mountSmallDisk(8);
  if (disk === null) return null;
  const plan = { rolling: { capTokens: 40_000_000 } };
  const [anthropic, zai] = await Promise.all([
    startMockUpstream({ lane: "anthropic", recordBodies: false, plan }),
    startMockUpstream({ lane: "zai", dialect: "zai", recordBodies: false, plan }),
  ]);
  try {
    const env = writeConfiguration(disk.dir, anthropic, zai);
    const gateway = await startGatewayProcess(env);
    const load = await startLoad(gateway.url, STREAMS);
    await until(() => load.counts().finished >= STREAMS);
    disk.fill();
    await until(() => gateway.output().includes("the usage log cannot be written"));
    const before = load.counts().finished;
    await until(() => load.counts().finished >= before + STREAMS);
    await load.finish();
    const countedBefore = await countedBy(gateway.url);
    await gateway.stop();
    disk.free();
    const again = await startGatewayProcess(env);
    const countedAfter = await countedBy(again.url);
    await again.kill();
    return { countedBefore, countedAfter, said: gateway.output() };
  } finally {
    await Promise.all([anthropic.close(), zai.close()]);
    disk.remove();
  }
}

async function countedBy(url: string): Promise<number> {
  const { tokens } = await readState(url);
  return [...tokens.values()].reduce((sum, each) => sum + each, 0);
}

async function play(
  disk: SmallDisk,
  env: Readonly<Record<string, string>>,
  fullMs: number,
): Promise<DiskReport> {
  const logsDir = join(disk.dir, "logs");
  const gateway = await startGatewayProcess(env);
  const load = await startLoad(gateway.url, STREAMS);
  await until(() => load.counts().finished >= STREAMS);
  disk.fill();
  await until(() => gateway.output().includes("the usage log cannot be written"));
  const before = load.counts().finished;
  await pause(fullMs);
  await until(() => load.counts().finished >= before + STREAMS);
  const size = logBytes(logsDir);
  const freed = performance.now();
  disk.free();
  await until(() => logBytes(logsDir) > size);
  const resumedAfterMs = performance.now() - freed;
  await until(() => gateway.output().includes("the usage log is written again"));
  await load.finish();
  const { finished, failed } = load.counts();
  await gateway.stop();
  const told = await load.end();
  const log = readLog(logsDir);
  const lost = told.filter((key) => !log.keys.has(key)).length;
  const isTold = /the disk is full|short write/.test(gateway.output());
  return { finished, failed, told: told.length, lost, torn: log.torn, resumedAfterMs, isTold };
}

function logBytes(logsDir: string): number {
  return statSync(join(logsDir, "usage.jsonl"), { throwIfNoEntry: false })?.size ?? 0;
}

async function until(isSo: () => boolean): Promise<void> {
  const limit = performance.now() + RESUME_LIMIT_MS;
  while (!isSo()) {
    if (performance.now() > limit) throw new Error("it did not come to that");
    await pause(20);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
