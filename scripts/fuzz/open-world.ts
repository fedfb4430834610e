import { type Gateway, startGateway } from "@ccp/proxy";
import { parseCatalog, parseQuotas } from "../../packages/provider-catalog/src/index.ts";
import { parseEnv, type UsageEvent } from "../../packages/usage-contract/src/index.ts";
import { type CaseSettings, LANES, type LaneName, SECRETS } from "./fuzz-case.ts";
import { type LaneServer, startLaneServer } from "./lane-server.ts";

export type LaneServers = Readonly<Record<LaneName, LaneServer>>;

export async function startLanes(): Promise<LaneServers> {
  const servers = await Promise.all(LANES.map(startLaneServer));
  return Object.fromEntries(LANES.map((lane, at) => [lane, servers[at]])) as unknown as LaneServers;
}

/** A gateway of one case: nothing of the case before is in it. */
export interface World {
  readonly gateway: Gateway;
  readonly events: readonly UsageEvent[];
  readonly notices: readonly string[];
}

/** Short enough that a lane that hangs does not hold up the run. */
const LIMIT_MS = 250;

export async function openWorld(settings: CaseSettings, lanes: LaneServers): Promise<World> {
  const events: UsageEvent[] = [];
  const notices: string[] = [];
  const env = { ZAI_API_KEY: SECRETS.zai, KIMI_API_KEY: SECRETS.kimi, CCP_PORT: "0", HOME: "/nonexistent" };
  const gateway = await startGateway({
    settings: {
      ...parseEnv(env).settings,
      rerouteMode: settings.mode,
      cooldownSec: settings.cooldownSec,
      headerTimeoutMs: LIMIT_MS,
      sseIdleTimeoutMs: LIMIT_MS,
      connectTimeoutMs: 1_000,
      maxBodyBytes: 40_000,
    },
    version: "0.0.0-fuzz",
    env,
    catalogInForce: { catalog: readCatalog(lanes), path: "providers.yaml", issues: [] },
    readQuotas: () => readQuotas(settings.capTokens),
    log: {
      append: (event, onKept) => {
        events.push(event);
        onKept();
      },
      status: () => ({ dropped: 0, partialWrites: 0, degraded: null }),
    },
    clock: {
      wallMs: Date.now,
      monoMs: () => performance.now(),
      localHour: (wallMs) => new Date(wallMs).getUTCHours(),
    },
    notice: (level, message) => void notices.push(`${level}: ${message}`),
    modelHint: () => null,
  });
  return { gateway, events, notices };
}

function readCatalog(lanes: LaneServers) {
  const url = (lane: LaneName): string => `http://127.0.0.1:${lanes[lane].port}`;
  const parsed = parseCatalog(`
providers:
  anthropic:
    base_url: ${url("anthropic")}
    auth: { header_mode: passthrough }
    models: { "claude-*": {} }
  zai:
    base_url: ${url("zai")}/api/anthropic
    auth: { env: ZAI_API_KEY, header_mode: x-api-key }
    models: { "glm-*": {} }
    model_map: { "claude-haiku-*": glm-4.7, "*": glm-5 }
    extractor: zai
    dialect: zai
  kimi:
    base_url: ${url("kimi")}
    auth: { env: KIMI_API_KEY, header_mode: authorization }
    models: { "kimi-*": {} }
    model_map: { "*": kimi-k2 }
    dialect: kimi
routes:
  - { pattern: "claude-haiku*", provider: zai, fallback: [kimi, anthropic] }
  - { pattern: "glm-*", provider: zai, fallback: [] }
  - { pattern: "kimi-*", provider: kimi, fallback: [zai] }
  - { pattern: "*", provider: anthropic, fallback: [zai, kimi] }
`);
  if (!parsed.success) throw new Error(`the catalog is broken: ${JSON.stringify(parsed.issues)}`);
  return parsed.catalog;
}

function readQuotas(capTokens: number) {
  const models = {
    "claude-haiku-4.5": { provider: "zai", rolling_tokens: capTokens },
    "claude-opus-*": { provider: "anthropic", rolling_tokens: capTokens, weekly_limit_value: capTokens },
  };
  const parsed = parseQuotas(JSON.stringify({ models }));
  if (!parsed.success) throw new Error(`the quotas are broken: ${JSON.stringify(parsed.issues)}`);
  return { config: parsed.config, file: parsed.file, path: "quotas.json", issues: [] };
}
