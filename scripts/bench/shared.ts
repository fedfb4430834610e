// npm run bench:shared: what one decision costs where gateways share their count in Redis. A real server on this machine,
// with windows as full as a busy week leaves them. Server time is the server's own, so other work disturbs it least.
import { createRequire } from "node:module";
import { cpus } from "node:os";
import type { GatewayIdentity, Series, WindowAsk } from "../../packages/shared-quota/src/index.ts";
import { openRedisStore, type RedisStore } from "../../packages/shared-quota/src/node/index.ts";
import { NO_REDIS, REDIS_SERVER, startRedis } from "../../packages/shared-quota/test/redis-server.ts";
import { formatNumber, renderTable } from "./table.ts";

/** Asks the server about itself; the package that has the client is the one that is measured. */
interface Admin {
  connect(): Promise<unknown>;
  info(section: string): Promise<string>;
  sendCommand(args: readonly string[]): Promise<unknown>;
  destroy(): void;
}
const { createClient } = createRequire(new URL("../../packages/shared-quota/package.json", import.meta.url))(
  "@redis/client",
) as { createClient(options: { readonly url: string }): Admin };

const MINUTE_MS = 60_000;
const ROLLING = { window: "rolling", lengthMs: 300 * MINUTE_MS, bucketMs: MINUTE_MS };
const WEEKLY = { window: "weekly", lengthMs: 672 * 15 * MINUTE_MS, bucketMs: 15 * MINUTE_MS };
/** A decision between two lanes, each with a cap for the model and one for a pool. */
const SCOPES = ["model:zai:glm-4.7", "pool:zai:plan", "model:anthropic:claude", "pool:anthropic:plan"];
const GATEWAYS = 8;
const ALONE = 4_000;
const AT_ONCE_MS = 4_000;
/** Requests that each gateway has under way. */
const PIPELINE = 16;

function identity(gateway: string): GatewayIdentity {
  let sequence = 0;
  return {
    gateway,
    life: "bench",
    nextSequence: () => {
      sequence += 1;
      return sequence;
    },
  };
}

function asks(nowMs: number, scopes: readonly string[]): WindowAsk[] {
  return scopes.flatMap((scope) =>
    [ROLLING, WEEKLY].map((window) => ({
      ...window,
      scope,
      sinceMs: nowMs - window.lengthMs,
      ownStart: false,
    })),
  );
}

/** A request an hour and a minute, for as long as the window is: every bucket holds something. */
function fullSeries(nowMs: number): Series[] {
  return SCOPES.flatMap((scope) =>
    [ROLLING, WEEKLY].map((window) => {
      const buckets = window.lengthMs / window.bucketMs;
      const rows = Array.from({ length: buckets }, (_, n) => ({
        atMs: nowMs - n * window.bucketMs,
        tokens: 1000 + n,
      }));
      return { ...window, scope, rows };
    }),
  );
}

async function decide(store: RedisStore, scopes: readonly string[] = SCOPES): Promise<void> {
  const windows = asks(Date.now(), scopes);
  const own = scopes.slice(0, Math.ceil(scopes.length / 2));
  await store.weigh({
    windows,
    // The first lane's windows limit it.
    reserve: {
      scopes: own,
      tokens: 1200,
      limits: Array.from({ length: own.length * 2 }, (_, window) => ({ window, tokens: 1e12 })),
    },
    probe: null,
    newsVersion: 0,
  });
}

async function settle(store: RedisStore, scopes: readonly string[] = SCOPES): Promise<void> {
  const atMs = Date.now();
  const own = scopes.slice(0, Math.ceil(scopes.length / 2));
  await store.settle({
    counts: own.flatMap((scope) =>
      [ROLLING, WEEKLY].map((window) => ({ ...window, scope, atMs, tokens: 1180 })),
    ),
    held: own.map((scope) => ({ scope, tokens: -1200 })),
    tells: [],
  });
}

/** One server under measurement, and what it says of itself. */
interface Bench {
  readonly stores: readonly RedisStore[];
  /** CPU seconds of the server's one thread that works; what preempts it is not in them. */
  busySec(): Promise<number>;
  usedBytes(): Promise<number>;
}

interface Cost {
  readonly name: string;
  readonly waitedMs: readonly number[];
  /** CPU time of the server for one, microseconds; `null` where it was not measured apart. */
  readonly serverUs: number | null;
}

/** One after the other, by one gateway. */
async function alone(name: string, bench: Bench, step: (store: RedisStore) => Promise<void>): Promise<Cost> {
  const [store] = bench.stores;
  if (store === undefined) throw new Error("there is a gateway");
  const waitedMs: number[] = [];
  const before = await bench.busySec();
  for (let n = 0; n < ALONE; n += 1) {
    const startedAt = performance.now();
    await step(store);
    waitedMs.push(performance.now() - startedAt);
  }
  const serverUs = (((await bench.busySec()) - before) / ALONE) * 1e6;
  return { name, waitedMs, serverUs };
}

/** All gateways, each with several requests under way. */
async function together(bench: Bench): Promise<Cost> {
  const waitedMs: number[] = [];
  const until = performance.now() + AT_ONCE_MS;
  const work = async (store: RedisStore): Promise<void> => {
    while (performance.now() < until) {
      const startedAt = performance.now();
      await decide(store);
      waitedMs.push(performance.now() - startedAt);
      await settle(store);
    }
  };
  await Promise.all(bench.stores.flatMap((store) => Array.from({ length: PIPELINE }, () => work(store))));
  return { name: `decision, ${GATEWAYS * PIPELINE} at once`, waitedMs, serverUs: null };
}

async function measure(bench: Bench): Promise<string> {
  const empty = await bench.usedBytes();
  const before = await bench.busySec();
  for (const store of bench.stores) await store.sync({ series: fullSeries(Date.now()), held: [], tells: [] });
  const syncMs = (((await bench.busySec()) - before) / GATEWAYS) * 1000;
  const kib = ((await bench.usedBytes()) - empty) / 1024;
  for (let n = 0; n < 500; n += 1) for (const store of bench.stores.slice(0, 1)) await decide(store);
  const [one] = SCOPES;
  const small = one === undefined ? [] : [one];
  const costs = [
    await alone("decision, one model's two caps", bench, (store) => decide(store, small)),
    await alone("its settle", bench, (store) => settle(store, small)),
    await alone("decision, two lanes with eight caps", bench, decide),
    await alone("its settle", bench, settle),
  ];
  const [decision, settled, largeDecision, largeSettled] = costs.map(({ serverUs }) => serverUs ?? 0);
  const atOnce = await together(bench);
  const rate = atOnce.waitedMs.length / (AT_ONCE_MS / 1000);
  const perSecond = (a = 0, b = 0): string => formatNumber(1e6 / (a + b));
  const rows = [...costs, atOnce].map(({ name, waitedMs, serverUs }) => [
    name,
    ...quantiles(waitedMs),
    serverUs?.toFixed(0) ?? "",
  ]);
  return [
    renderTable(["", "p50 ms", "p95 ms", "p99 ms", "server CPU µs"], rows),
    "",
    `${formatNumber(rate)} decisions a second with their settles; server and gateways share this machine`,
    `one core for the server allows ${perSecond(decision, settled)} a second with two caps, ${perSecond(largeDecision, largeSettled)} with eight`,
    `a sync of ${SCOPES.length} full scopes takes ${formatNumber(syncMs)} ms of server CPU, in ${SCOPES.length * 2 + 1} steps`,
    `${formatNumber(kib)} KiB hold ${SCOPES.length} full scopes of ${GATEWAYS} gateways`,
    "",
  ].join("\n");
}

function quantiles(values: readonly number[]): string[] {
  const sorted = values.toSorted((a, b) => a - b);
  return [0.5, 0.95, 0.99].map((q) => (sorted[Math.floor(q * (sorted.length - 1))] ?? 0).toFixed(2));
}

async function main(): Promise<void> {
  if (REDIS_SERVER === null) {
    process.stderr.write(`bench:shared: ${NO_REDIS}\n`);
    process.exitCode = 1;
    return;
  }
  const redis = await startRedis();
  const admin = createClient({ url: redis.url });
  const stores: RedisStore[] = [];
  try {
    await admin.connect();
    for (let n = 0; n < GATEWAYS; n += 1) {
      const who = identity(`gateway-${n}`);
      stores.push(await openRedisStore({ url: redis.url, plan: "bench", identity: who, onGone: () => {} }));
    }
    const info = async (section: string, name: string): Promise<number> =>
      Number(new RegExp(`^${name}:([\\d.]+)`, "m").exec(await admin.info(section))?.[1]);
    const figures = await measure({
      stores,
      busySec: async () =>
        (await info("cpu", "used_cpu_user_main_thread")) + (await info("cpu", "used_cpu_sys_main_thread")),
      usedBytes: () => info("memory", "used_memory"),
    });
    const [core] = cpus();
    process.stdout.write(`${core?.model}, ${cpus().length} cores, Node ${process.version}\n\n${figures}`);
  } finally {
    for (const store of stores) store.close();
    admin.destroy();
    await redis.close();
  }
}

await main();
