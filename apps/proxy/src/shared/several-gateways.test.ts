import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type MockUpstream, reply, slowHeaders, startMockUpstream } from "@ccp/mock-upstream";
import { describe, expect, it, onTestFinished } from "vitest";
import { HAIKU, postMessage } from "../testing/messages.ts";
import { CANARY, testCatalog } from "../testing/open-test-gateway.ts";
import { NO_REDIS, REDIS_SERVER, startRedis, type TestRedis } from "../testing/start-redis.ts";

const BIN = fileURLToPath(new URL("../../bin/ccp-gateway.mjs", import.meta.url));
const CAP = 400_000;
/** What each answer takes. */
const TOKENS = 1000;
const USAGE = { inputTokens: 600, outputTokens: 400, cacheReadTokens: 0, cacheCreationTokens: 0 };
const GATEWAYS = 4;

interface GatewayProcess {
  readonly url: string;
  readonly child: ChildProcess;
  readonly output: () => string;
}

interface World {
  readonly redis: TestRedis;
  readonly zai: MockUpstream;
  readonly gateways: readonly GatewayProcess[];
  open(name: string): Promise<GatewayProcess>;
}

interface Usage {
  readonly shared: { readonly state: string; readonly gateways: number };
  readonly models: Record<string, { rolling_used_tokens: number; reserved_tokens: number }>;
}

/** Four gateway processes with a state folder each, two lanes they all use, and one real server between them. */
async function world(): Promise<World> {
  const redis = await startRedis(REDIS_SERVER ?? "", "hunter2-canary");
  onTestFinished(() => redis.stop());
  const answer = () => slowHeaders(30, reply({ usage: USAGE }));
  const [anthropic, zai] = await Promise.all([
    startMockUpstream({ lane: "anthropic", respond: answer, recordBodies: false }),
    startMockUpstream({ lane: "zai", dialect: "zai", respond: answer, recordBodies: false }),
  ]);
  onTestFinished(async () => {
    await Promise.all([anthropic.close(), zai.close()]);
  });
  const dir = mkdtempSync(join(tmpdir(), "ccp-shared-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  writeFileSync(join(dir, "providers.yaml"), testCatalog({ anthropic: anthropic.url, zai: zai.url }));
  writeFileSync(
    join(dir, "quotas.json"),
    JSON.stringify({ models: { "claude-haiku-4.5": { provider: "zai", rolling_tokens: CAP } } }),
  );
  const open = async (name: string): Promise<GatewayProcess> => {
    const stateDir = join(dir, name);
    mkdirSync(stateDir, { recursive: true });
    return openGateway({
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
  };
  const gateways = await Promise.all(Array.from({ length: GATEWAYS }, (_, n) => open(`gateway-${n}`)));
  const opened = { redis, zai, gateways, open };
  await level(gateways);
  return opened;
}

async function openGateway(env: Readonly<Record<string, string>>): Promise<GatewayProcess> {
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
  onTestFinished(() => end(child, "SIGKILL"));
  await expect.poll(() => output, { timeout: 20_000, interval: 25 }).toMatch(/^ccp \S+ {2}http/m);
  return { url: /^ccp \S+ {2}(\S+)/m.exec(output)?.[1] ?? "", child, output: () => output };
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
  for (const gateway of gateways) {
    await expect
      .poll(async () => (await usage(gateway)).shared, { timeout: 30_000 })
      .toMatchObject({ state: "on", gateways: gateways.length });
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

async function simulate({ url }: GatewayProcess, tokens: number): Promise<void> {
  await fetch(`${url}/v1/dev/sim-usage`, {
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
    it("keep to one cap, fail no request while the server is away, and agree to the token when it is back", async () => {
      const { redis, zai, gateways } = await world();
      const [first] = gateways;
      if (first === undefined) throw new Error("four were opened");
      const ok = (statuses: readonly number[]): boolean => statuses.every((status) => status === 200);

      // With room, and in it the server killed and started again, empty.
      expect(ok(await clients(gateways, 20, 2))).toBe(true);
      await allShow(gateways, served(zai) * TOKENS);
      await redis.stop();
      expect(ok(await clients(gateways, 20, 2))).toBe(true);
      await redis.start();
      await level(gateways);
      await allShow(gateways, served(zai) * TOKENS);

      // At 95 %, 200 clients at once.
      const simulated = CAP * 0.95 - served(zai) * TOKENS;
      await simulate(first, simulated);
      await allShow(gateways, CAP * 0.95);
      const before = served(zai);
      expect(ok(await clients(gateways, 200, 2))).toBe(true);
      const used = simulated + served(zai) * TOKENS;
      expect(used).toBeLessThanOrEqual(CAP + GATEWAYS * TOKENS);
      // The last 5 % are used up as well: an early end would keep to any cap.
      expect(served(zai) - before).toBeGreaterThanOrEqual((CAP * 0.05) / TOKENS - GATEWAYS);
      await allShow(gateways, used);

      // Full, and the server goes and comes with all of them at work.
      const working = clients(gateways, 40, 5);
      await redis.stop();
      await redis.start();
      expect(ok(await working)).toBe(true);
      await level(gateways);
      await allShow(gateways, simulated + served(zai) * TOKENS);
      for (const gateway of gateways) expect(gateway.output()).not.toContain("hunter2");
    });

    it("let go of what a killed one held, and count its tokens once when it comes back", async () => {
      const { zai, gateways, open } = await world();
      const [killed, ...others] = gateways;
      if (killed === undefined) throw new Error("four were opened");
      expect(await clients([killed], 3, 1)).toEqual([200, 200, 200]);
      await allShow(gateways, 3 * TOKENS);
      for (let n = 0; n < 5; n += 1) zai.script(slowHeaders(60_000));
      const lost = Promise.allSettled(Array.from({ length: 5 }, () => postMessage(killed.url)));
      const heldIn = async (gateway: GatewayProcess) =>
        (await usage(gateway)).models["claude-haiku-4.5"]?.reserved_tokens ?? 0;
      await Promise.all(
        others.map((gateway) => expect.poll(() => heldIn(gateway), { timeout: 10_000 }).toBeGreaterThan(0)),
      );
      await end(killed.child, "SIGKILL");
      await lost;
      await allShow(others, 3 * TOKENS);
      const back = await open("gateway-0");
      await level([back, ...others]);
      await allShow([back, ...others], 3 * TOKENS);
    });
  },
);
