import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { startMockUpstream } from "../../packages/mock-upstream/src/index.ts";
import { type GatewayProcess, startGatewayProcess } from "./gateway-process.ts";
import { type Load, startLoad } from "./load.ts";
import { readLog } from "./read-log.ts";
import { readState, type ShownState } from "./shown-state.ts";
import { writeConfiguration } from "./write-configuration.ts";

export interface KillOptions {
  readonly rounds: number;
  readonly streams: number;
  /** Told after each round. */
  readonly onRound: (round: KillRound) => void;
}

/** What one kill in the middle of the traffic, and one after it, left behind. */
export interface KillRound {
  readonly round: number;
  /** Streams open at the moment of the kill. */
  readonly open: number;
  /** Log lines that a listener had been told of before the kill. */
  readonly acknowledged: number;
  readonly lost: number;
  /** Answers that a client had all of before the kill, and that are not in the log. */
  readonly uncounted: number;
  readonly torn: number;
  /** Tokens by model and lane that the restarted gateway counts otherwise than its log. */
  readonly miscounted: readonly string[];
  /** Exchanges of the log that are not in the history database once it has caught up. */
  readonly notInHistory: number;
  /** Places where the state shown after a kill differs from the one shown before it. */
  readonly changed: readonly string[];
}

/** A slow machine is killed before every client has had an answer. */
const LOAD_LIMIT_MS = 20_000;
const CATCH_UP_MS = 15_000;

/** Kills a gateway with SIGKILL again and again, and compares what it knew before and after. */
export async function runKillRounds({ rounds, streams, onRound }: KillOptions): Promise<void> {
  const world = await openWorld();
  try {
    for (let round = 1; round <= rounds; round += 1) onRound(await playRound(round, streams, world));
  } finally {
    await world.close();
  }
}

interface World {
  readonly dir: string;
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

async function openWorld(): Promise<World> {
  const pacing = { ttftMs: 20, tokensPerSec: 400 };
  const [anthropic, zai] = await Promise.all([
    startMockUpstream({
      lane: "anthropic",
      recordBodies: false,
      plan: { rolling: { capTokens: 40_000_000 }, weekly: { capTokens: 400_000_000 }, pacing },
    }),
    startMockUpstream({
      lane: "zai",
      dialect: "zai",
      recordBodies: false,
      // Small enough to be spent within the run: marks and what is learned at limits are part of the state.
      plan: { rolling: { capTokens: 150_000 }, weekly: { capTokens: 400_000_000 }, pacing },
    }),
  ]);
  const dir = mkdtempSync(join(tmpdir(), "ccp-soak-"));
  const env = writeConfiguration(dir, anthropic, zai);
  return {
    dir,
    env,
    async close() {
      await Promise.all([anthropic.close(), zai.close()]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function playRound(round: number, streams: number, { dir, env }: World): Promise<KillRound> {
  const busy = await startGatewayProcess(env);
  const load = await startLoad(busy.url, streams);
  await underWay(load, streams, round);
  const open = load.open();
  await busy.kill();
  const acknowledged = await load.end();
  const log = readLog(join(dir, "logs"));
  const uncounted = load.answered.filter((rid) => !log.rids.has(rid)).length;
  const lost = acknowledged.filter((key) => !log.keys.has(key)).length;

  const quiet = await startGatewayProcess(env);
  const before = await stateAfterTraffic(quiet);
  const notInHistory = await missingInHistory(quiet.url, dir);
  await quiet.kill();
  const again = await startGatewayProcess(env);
  const after = await readState(again.url);
  const afterLog = readLog(join(dir, "logs"));
  await again.kill();
  return {
    round,
    open,
    acknowledged: acknowledged.length,
    lost,
    uncounted,
    torn: log.torn + afterLog.torn,
    miscounted: compareSums(afterLog.tokens, after.tokens),
    notInHistory,
    changed: differences(before, after),
  };
}

/** Until as many exchanges have ended as there are clients, and some moments more: another one each round. */
async function underWay(load: Load, streams: number, round: number): Promise<void> {
  const limit = performance.now() + LOAD_LIMIT_MS;
  while (load.counts().finished < streams && performance.now() < limit)
    await new Promise((resolve) => setTimeout(resolve, 20));
  await new Promise((resolve) => setTimeout(resolve, 37 * (round % 7)));
}

const SOME_STREAMS = 8;

/** Some traffic that ends, so that nothing is under way when the state is read. */
async function stateAfterTraffic(gateway: GatewayProcess): Promise<ShownState> {
  const load: Load = await startLoad(gateway.url, 4);
  await underWay(load, SOME_STREAMS, 0);
  await load.finish();
  return readState(gateway.url);
}

function compareSums(log: ReadonlyMap<string, number>, shown: ReadonlyMap<string, number>): string[] {
  const keys = [...new Set([...log.keys(), ...shown.keys()])].sort();
  return keys
    .filter((key) => (log.get(key) ?? 0) !== (shown.get(key) ?? 0))
    .map((key) => `${key}: log ${log.get(key) ?? 0}, shown ${shown.get(key) ?? 0}`);
}

async function missingInHistory(url: string, dir: string): Promise<number> {
  const limit = performance.now() + CATCH_UP_MS;
  for (;;) {
    const { rids } = readLog(join(dir, "logs"));
    const answer = await fetch(`${url}/v1/usage/rollups?granularity=day`);
    const { models } = (await answer.json()) as {
      models: Record<string, { count: number; errors: number }[]>;
    };
    const kept = Object.values(models)
      .flat()
      .reduce((sum, { count, errors }) => sum + count + errors, 0);
    if (kept >= rids.size || performance.now() > limit) return Math.max(0, rids.size - kept);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function differences(before: ShownState, after: ShownState, path = ""): string[] {
  if (isDeepStrictEqual(before, after)) return [];
  return diff(before.view, after.view, path);
}

function diff(before: unknown, after: unknown, path: string): string[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isObject(before) || !isObject(after))
    return [`${path}: ${JSON.stringify(before)} became ${JSON.stringify(after)}`];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => diff(before[key], after[key], `${path}/${key}`));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
