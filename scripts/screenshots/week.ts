import { demoCatalog } from "../../apps/proxy/src/demo/demo-config.ts";
import { type Gateway, startGateway } from "../../apps/proxy/src/start-gateway.ts";
import { startMockUpstream } from "../../packages/mock-upstream/src/index.ts";
import { parseCatalog, parseQuotas } from "../../packages/provider-catalog/src/index.ts";
import { parseEnv } from "../../packages/usage-contract/src/index.ts";

/** A gateway with a week of work behind it. */
export interface Week {
  readonly gateway: Gateway;
  /** One more request, as an agent sends it. */
  ask(kind: Kind): Promise<void>;
  close(): Promise<void>;
}

export interface Kind {
  readonly model: string;
  readonly class: "main" | "subagent" | "background";
  readonly stream: boolean;
  /** Bytes of the conversation so far, and of the last turn. */
  readonly prefix: number;
  readonly last: number;
  readonly maxTokens: number;
}

const OPUS: Kind = {
  model: "claude-opus-5-5",
  class: "main",
  stream: true,
  prefix: 90_000,
  last: 5_000,
  maxTokens: 3_000,
};
const SUBAGENT: Kind = {
  model: "claude-sonnet-5",
  class: "subagent",
  stream: true,
  prefix: 40_000,
  last: 8_000,
  maxTokens: 2_000,
};
const HAIKU: Kind = {
  model: "claude-haiku-4-5-20251001",
  class: "background",
  stream: true,
  prefix: 6_000,
  last: 3_000,
  maxTokens: 400,
};

const QUOTAS = {
  models: {
    "claude-haiku-*": {
      provider: "zai",
      rolling_tokens: 96_000,
      rolling_kind: "anchored",
      weekly_limit_type: "tokens",
      weekly_limit_value: 2_400_000,
      weekly_kind: "fixed",
      weekly_anchor: "mon 09:00",
    },
    "claude-opus-*": { provider: "anthropic", rolling_tokens: 600_000, rolling_kind: "anchored" },
    "claude-sonnet-*": { provider: "anthropic", rolling_tokens: 600_000, rolling_kind: "anchored" },
  },
};

const MINUTE_MS = 60_000;
/** More than a week: the week that is shown begins with windows that were in use. */
const LIVED_MS = 9 * 86_400_000;
/** Turns an hour, by hour of the day. */
const RHYTHM = [0, 0, 0, 0, 0, 0, 0, 2, 18, 30, 34, 26, 8, 24, 34, 36, 30, 16, 6, 4, 12, 14, 5, 1];

/** Time in the script's hand: a week passes in as long as its requests take. */
function createWeekClock(endMs: number) {
  let wallMs = endMs - LIVED_MS;
  let monoMs = 0;
  let liveSince: number | null = null;
  const live = (): number => (liveSince === null ? 0 : performance.now() - liveSince);
  return {
    wallMs: () => wallMs + live(),
    monoMs: () => monoMs + live(),
    localHour: (ms: number) => new Date(ms).getHours(),
    pass(ms: number) {
      wallMs += ms;
      monoMs += ms;
    },
    /** Durations of an exchange, which take no time here. */
    take(ms: number) {
      monoMs += ms;
    },
    run() {
      liveSince = performance.now();
    },
  };
}

/** The same numbers each time: pictures that differ should differ for a reason. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

export async function openWeek(endMs: number): Promise<Week> {
  const clock = createWeekClock(endMs);
  const random = createRandom(7);
  const speeds = { anthropic: { ttft: 900, perToken: 17 }, zai: { ttft: 520, perToken: 12 } };
  const early = (lane: "anthropic" | "zai") => () => {
    const rush = 1 + 0.8 * Math.sin((new Date(clock.wallMs()).getHours() / 24) * Math.PI);
    const spread = 0.6 + random() * 0.7 + (random() < 0.06 ? 2.2 * random() : 0);
    clock.take(speeds[lane].ttft * rush * spread);
    return null;
  };
  const common = { now: clock.wallMs, recordBodies: false };
  const [anthropic, zai] = await Promise.all([
    startMockUpstream({
      ...common,
      lane: "anthropic",
      early: early("anthropic"),
      plan: {
        rolling: { capTokens: 560_000, kind: "anchored" },
        weekly: { capTokens: 13_500_000, kind: "anchored" },
        outputTokens: { min: 120, max: 1_400 },
        pacing: { tokensPerSec: 60_000 },
      },
    }),
    startMockUpstream({
      ...common,
      lane: "zai",
      dialect: "zai",
      early: early("zai"),
      plan: {
        rolling: { capTokens: 76_000, kind: "anchored" },
        weekly: { capTokens: 2_600_000, kind: "anchored" },
        outputTokens: { min: 30, max: 240 },
        pacing: { tokensPerSec: 12_000 },
      },
    }),
  ]);
  const env = { CCP_PORT: "0", DEMO_ZAI_KEY: "demo", DEMO_ANTHROPIC_KEY: "demo" };
  const catalog = parseCatalog(demoCatalog({ anthropic: anthropic.url, zai: zai.url }));
  const quotas = parseQuotas(JSON.stringify(QUOTAS));
  if (!catalog.success || !quotas.success) throw new Error("the week's catalog or quotas are broken");
  const gateway = await startGateway({
    settings: parseEnv(env).settings,
    version: "0.1.0",
    env,
    catalogInForce: { catalog: catalog.catalog, path: "providers.yaml", issues: [] },
    readQuotas: () => ({ config: quotas.config, file: quotas.file, path: "quotas.json", issues: [] }),
    log: {
      append: (_event, onKept) => onKept(),
      status: () => ({ dropped: 0, partialWrites: 0, degraded: null }),
    },
    clock,
    notice: (level, message) => {
      if (level === "error") console.error(message);
    },
    modelHint: () => null,
    random,
  });
  const ask = (kind: Kind): Promise<void> =>
    post(gateway.url, kind, random, (lane) =>
      clock.take((lane === "zai" ? speeds.zai : speeds.anthropic).perToken * (120 + random() * 700)),
    );
  // From the first look on the series follow the traffic, as in a gateway whose page is open.
  gateway.deps.series.view("7d");
  await live(clock, gateway, ask, random, endMs);
  for (const kind of [OPUS, HAIKU, SUBAGENT, OPUS, HAIKU, OPUS]) {
    clock.pass(25_000);
    await ask(kind);
  }
  gateway.deps.series.sample();
  clock.run();
  return {
    gateway,
    ask,
    async close() {
      await gateway.close();
      await Promise.all([anthropic.close(), zai.close()]);
    },
  };
}

async function live(
  clock: ReturnType<typeof createWeekClock>,
  gateway: Gateway,
  ask: Week["ask"],
  random: () => number,
  endMs: number,
): Promise<void> {
  while (clock.wallMs() < endMs) {
    const date = new Date(clock.wallMs());
    const isWeekend = date.getDay() % 6 === 0;
    const turns = ((RHYTHM[date.getHours()] ?? 0) / 12) * (isWeekend ? 0.3 : 1);
    clock.pass(5 * MINUTE_MS * 0.5);
    for (let turn = 0; turn < Math.floor(turns + random()); turn += 1) {
      await ask(OPUS);
      if (random() < 0.75) await ask(HAIKU);
      if (random() < 0.3) await ask(SUBAGENT);
      clock.pass(25_000);
    }
    clock.pass(5 * MINUTE_MS * 0.5);
    gateway.deps.series.sample();
  }
}

/** @param onFirstByte Lets the time of the answer pass, between its first byte and its last. */
async function post(
  url: string,
  kind: Kind,
  random: () => number,
  onFirstByte: (lane: string) => void,
): Promise<void> {
  const scale = 0.5 + random();
  const words = (bytes: number): string => "so it goes on ".repeat(Math.ceil((bytes * scale) / 14));
  const answer = await fetch(`${url}/v1/messages?beta=true`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: "Bearer sk-ant-oat01-demo",
      "anthropic-version": "2023-06-01",
      "x-claude-code-request-class": kind.class,
    },
    body: JSON.stringify({
      model: kind.model,
      messages: [
        { role: "user", content: words(kind.prefix) },
        { role: "assistant", content: "It does." },
        { role: "user", content: `${words(kind.last)} ${random()}` },
      ],
      max_tokens: kind.maxTokens,
      ...(kind.stream ? { stream: true } : {}),
    }),
  });
  let isFirst = true;
  for await (const _ of answer.body ?? []) {
    if (isFirst) onFirstByte(answer.headers.get("x-ccp-lane") ?? "");
    isFirst = false;
  }
}
