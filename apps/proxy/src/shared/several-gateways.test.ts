import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type MockUpstream, reply, slowHeaders, startMockUpstream } from "@ccp/mock-upstream";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { HAIKU, postMessage } from "../testing/messages.ts";
import { CANARY, testCatalog } from "../testing/open-test-gateway.ts";
import { NO_REDIS, REDIS_SERVER, startRedis, type TestRedis } from "../testing/start-redis.ts";

const BIN = fileURLToPath(new URL("../../bin/ccp-gateway.mjs", import.meta.url));
const CAP = 400_000;
/** What each answer takes. */
const TOKENS = 1000;
const USAGE = { inputTokens: 600, outputTokens: 400, cacheReadTokens: 0, cacheCreationTokens: 0 };
const GATEWAYS = 4;
const PASSWORD = "hunter2-canary";
const READY = /^ccp \S+ {2}(http\S+)/m;
const START_LIMIT = { timeout: 60_000, interval: 50 };

interface GatewayProcess {
  readonly url: string;
  readonly child: ChildProcess;
  readonly output: () => string;
}

interface World {
  readonly redis: TestRedis;
  readonly zai: MockUpstream;
  readonly gateways: GatewayProcess[];
  open(name: string): Promise<GatewayProcess>;
  close(): Promise<void>;
}

interface Usage {
  readonly shared: { readonly state: string; readonly gateways: number };
  readonly models: Record<string, { rolling_used_tokens: number; reserved_tokens: number }>;
}

/** Four gateway processes with a state folder each, two lanes they all use, and one real server between them. */
async function openWorld(): Promise<World> {
  const redis = await startRedis(REDIS_SERVER ?? "", PASSWORD);
  const answer = () => slowHeaders(30, reply({ usage: USAGE }));
  const [anthropic, zai] = await Promise.all([
    startMockUpstream({ lane: "anthropic", respond: answer, recordBodies: false }),
    startMockUpstream({ lane: "zai", dialect: "zai", respond: answer, recordBodies: false }),
  ]);
  const dir = mkdtempSync(join(tmpdir(), "ccp-shared-"));
  const quotas = { models: { "claude-haiku-4.5": { provider: "zai", rolling_tokens: CAP } } };
  writeFileSync(join(dir, "providers.yaml"), testCatalog({ anthropic: anthropic.url, zai: zai.url }));
  writeFileSync(join(dir, "quotas.json"), JSON.stringify(quotas));
  const children: ChildProcess[] = [];
  const open = async (name: string): Promise<GatewayProcess> => {
    const stateDir = join(dir, name);
    mkdirSync(stateDir, { recursive: true });
    const gateway = openGateway({
      HOME: dir,
      CCP_PORT: "0",
      CCP_STATE_DIR: stateDir,
      CCP_PROVIDERS_FILE: join(dir, "providers.yaml"),
      CCP_QUOTAS_FILE: join(dir, "quotas.json"),
      CCP_DEV_ENABLE: "1",
      ZAI_API_KEY: CANARY.zai,
      // A machine that runs many tests at once is slower than any that serves.
      CCP_REDIS_URL: `${redis.url}?plan=team&timeout=3s`,
    });
    children.push(gateway.child);
    await vi.waitFor(() => expect(gateway.output()).toMatch(READY), START_LIMIT);
    return { ...gateway, url: READY.exec(gateway.output())?.[1] ?? "" };
  };
  const close = async (): Promise<void> => {
    await Promise.all([...children.map((child) => end(child, "SIGKILL")), redis.stop()]);
    await Promise.all([anthropic.close(), zai.close()]);
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    const gateways = await Promise.all(Array.from({ length: GATEWAYS }, (_, n) => open(`gateway-${n}`)));
    await level(gateways);
    return { redis, zai, gateways, open, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function openGateway(env: Readonly<Record<string, string>>): Omit<GatewayProcess, "url"> {
  const child = spawn(process.execPath, [BIN], {
    env: { PATH: process.env.PATH ?? "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += chunk;
    });
  }
  return { child, output: () => output };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill(signal);
  await gone;
}

async function usage({ url }: GatewayProcess): Promise<Usage> {
  return (await (await fetch(`${url}/v1/usage`)).json()) as Usage;
}

async function level(gateways: readonly GatewayProcess[]): Promise<void> {
  const together = { state: "on", gateways: gateways.length };
  for (const gateway of gateways) {
    await vi.waitFor(async () => expect((await usage(gateway)).shared).toMatchObject(together), START_LIMIT);
  }
}

/** Every gateway shows the same, and it is this. */
async function allShow(gateways: readonly GatewayProcess[], tokens: number): Promise<void> {
  for (const gateway of gateways) {
    await expect
      .poll(async () => (await usage(gateway)).models["claude-haiku-4.5"], { timeout: 20_000 })
      .toMatchObject({ rolling_used_tokens: tokens, reserved_tokens: 0 });
  }
}

async function heldIn(gateway: GatewayProcess): Promise<number> {
  return (await usage(gateway)).models["claude-haiku-4.5"]?.reserved_tokens ?? 0;
}

async function simulate(gateway: GatewayProcess | undefined, tokens: number): Promise<void> {
  await fetch(`${gateway?.url ?? ""}/v1/dev/sim-usage`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: HAIKU, in: tokens, out: 0 }),
  });
}

/** So many clients at once, spread over the gateways, each with so many requests. @returns How they were answered. */
async function clients(gateways: readonly GatewayProcess[], count: number, each: number): Promise<number[]> {
  const answers = await Promise.all(
    Array.from({ length: count }, async (_, n) => {
      const statuses: number[] = [];
      for (let request = 0; request < each; request += 1) {
        const answer = await postMessage(gateways[n % gateways.length]?.url ?? "");
        await answer.text();
        statuses.push(answer.status);
      }
      return statuses;
    }),
  );
  return answers.flat();
}

function served({ requests }: MockUpstream): number {
  return requests.filter(({ path }) => path.includes("/messages")).length;
}

describe.skipIf(REDIS_SERVER === null)(
  `four gateway processes on one real server${REDIS_SERVER === null ? `: ${NO_REDIS}` : ""}`,
  { timeout: 120_000 },
  () => {
    let world: World;
    /** Answers that nobody lived to count. */
    let lost = 0;
    const spent = (): number => (served(world.zai) - lost) * TOKENS;

    beforeAll(async () => {
      world = await openWorld();
    }, 120_000);
    afterAll(() => world?.close());

    it("let go of what a killed one held, and count its tokens once when it comes back", async () => {
      const { zai, gateways, open } = world;
      const [killed, ...others] = gateways;
      if (killed === undefined) throw new Error("four were opened");
      expect(await clients([killed], 3, 1)).toEqual([200, 200, 200]);
      await allShow(gateways, 3 * TOKENS);
      lost = 5;
      for (let n = 0; n < lost; n += 1) zai.script(slowHeaders(60_000));
      const cut = Promise.allSettled(Array.from({ length: lost }, () => postMessage(killed.url)));
      for (const gateway of others) {
        await expect.poll(() => heldIn(gateway), { timeout: 10_000 }).toBeGreaterThan(0);
      }
      await end(killed.child, "SIGKILL");
      await cut;
      await allShow(others, 3 * TOKENS);
      gateways[0] = await open("gateway-0");
      await level(gateways);
      await allShow(gateways, 3 * TOKENS);
    });

    it("fail no request while the server is away, and agree to the token when it is back, empty", async () => {
      const { redis, gateways } = world;
      expect(await clients(gateways, 20, 2)).toEqual(Array(40).fill(200));
      await allShow(gateways, spent());
      await redis.stop();
      expect(await clients(gateways, 20, 2)).toEqual(Array(40).fill(200));
      await redis.start();
      await level(gateways);
      await allShow(gateways, spent());
    });

    it("keep to one cap with 200 clients at 95 %, and use it up", async () => {
      const { redis, gateways } = world;
      const simulated = CAP * 0.95 - spent();
      await simulate(gateways[0], simulated);
      await allShow(gateways, CAP * 0.95);
      const before = spent();
      expect(await clients(gateways, 200, 2)).toEqual(Array(400).fill(200));
      expect(simulated + spent()).toBeLessThanOrEqual(CAP + GATEWAYS * TOKENS);
      expect(spent() - before).toBeGreaterThanOrEqual(CAP * 0.05 - GATEWAYS * TOKENS);
      await allShow(gateways, simulated + spent());

      // Full, and the server goes and comes with all of them at work.
      const working = clients(gateways, 40, 5);
      await redis.stop();
      await redis.start();
      expect(await working).toEqual(Array(200).fill(200));
      await level(gateways);
      await allShow(gateways, simulated + spent());
      for (const { output } of gateways) expect(output()).not.toContain(PASSWORD);
    });
  },
);
