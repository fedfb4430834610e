import { type MockOptions, type MockUpstream, startMockUpstream } from "@ccp/mock-upstream";
import { parseCatalog, parseQuotas } from "@ccp/provider-catalog";
import { parseEnv, type Settings, type UsageEvent } from "@ccp/usage-contract";
import { onTestFinished } from "vitest";
import type { Clock } from "../deps.ts";
import type { OpenShared } from "../shared/open-shared.ts";
import { type Gateway, startGateway } from "../start-gateway.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";

/** One secret per lane and one of the client: none may be seen where it does not belong. */
export const CANARY = {
  client: "sk-ant-oat01-CANARY-client",
  zai: "CANARY-zai-key",
} as const;

/** A Friday noon, UTC. */
export const TEST_NOW_MS: number = Date.UTC(2026, 10, 20, 12, 0, 0);

export interface TestClock extends Clock {
  advance(ms: number): void;
}

export interface TestGateway {
  readonly gateway: Gateway;
  readonly url: string;
  readonly anthropic: MockUpstream;
  readonly zai: MockUpstream;
  readonly clock: TestClock;
  /** Every line that would stand in usage.jsonl. */
  readonly events: UsageEvent[];
  readonly decisions: () => UsageEvent[];
  readonly completions: () => UsageEvent[];
  readonly notices: string[];
}

export interface TestGatewayOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly quotas?: unknown;
  readonly catalog?: (urls: { anthropic: string; zai: string }) => string;
  readonly settings?: Partial<Settings>;
  readonly anthropic?: MockOptions;
  readonly zai?: MockOptions;
  readonly telemetry?: Telemetry;
  readonly openShared?: OpenShared;
  readonly flushOps?: () => void;
}

/** haiku prefers zai and falls back to anthropic; the rest goes the other way round. */
export function testCatalog({ anthropic, zai }: { anthropic: string; zai: string }): string {
  return `
providers:
  anthropic:
    base_url: ${anthropic}
    auth: { env: ANTHROPIC_AUTH_TOKEN, header_mode: passthrough }
    models: { "claude-*": {} }
  zai:
    base_url: ${zai}
    auth: { env: ZAI_API_KEY, header_mode: x-api-key }
    models: { "glm-*": {} }
    model_map: { "claude-haiku-*": glm-4.7, "*": glm-5 }
    context_tokens: 200000
    extractor: zai
    dialect: zai
routes:
  - { pattern: "claude-haiku*", provider: zai, fallback: [anthropic] }
  - { pattern: "glm-*", provider: zai, fallback: [] }
  - { pattern: "*", provider: anthropic, fallback: [zai] }
`;
}

/** A gateway on a free port between two mock lanes, with a clock in the test's hand. Ends with the test. */
export async function openTestGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const clock = createTestClock();
  const [anthropic, zai] = await Promise.all([
    startMockUpstream({ lane: "anthropic", now: clock.wallMs, ...options.anthropic }),
    startMockUpstream({ lane: "zai", dialect: "zai", now: clock.wallMs, ...options.zai }),
  ]);
  const events: UsageEvent[] = [];
  const notices: string[] = [];
  const env = { ZAI_API_KEY: CANARY.zai, CCP_PORT: "0", ...options.env };
  const catalogText = (options.catalog ?? testCatalog)({ anthropic: anthropic.url, zai: zai.url });
  const gateway = await startGateway({
    settings: { ...parseEnv(env).settings, ...options.settings },
    version: "0.0.0-test",
    env,
    catalogInForce: { catalog: expectCatalog(catalogText), path: "providers.yaml", issues: [] },
    readQuotas: () => expectQuotas(options.quotas ?? {}),
    log: {
      append: (event, onKept) => {
        events.push(event);
        onKept();
      },
      status: () => ({ dropped: 0, partialWrites: 0, degraded: null }),
    },
    clock,
    notice: (level, message) => void notices.push(`${level}: ${message}`),
    modelHint: () => options.settings?.manualModel ?? null,
    random: () => 0.5,
    ...(options.telemetry === undefined ? {} : { telemetry: options.telemetry }),
    ...(options.flushOps === undefined ? {} : { flushOps: options.flushOps }),
    ...(options.openShared === undefined ? {} : { openShared: options.openShared }),
  });
  onTestFinished(async () => {
    await gateway.close();
    await Promise.all([anthropic.close(), zai.close()]);
  });
  return {
    gateway,
    url: gateway.url,
    anthropic,
    zai,
    clock,
    events,
    decisions: () => events.filter((event) => event.event === "decision"),
    completions: () => events.filter((event) => event.event === undefined),
    notices,
  };
}

function createTestClock(): TestClock {
  let offsetMs = 0;
  const startedMs = performance.now();
  const elapsed = (): number => performance.now() - startedMs + offsetMs;
  return {
    // Wall time moves only by the test's hand, so that resets and countdowns are exact numbers.
    wallMs: () => TEST_NOW_MS + offsetMs,
    monoMs: elapsed,
    localHour: (wallMs) => new Date(wallMs).getUTCHours(),
    advance: (ms) => {
      offsetMs += ms;
    },
  };
}

function expectCatalog(text: string) {
  const parsed = parseCatalog(text);
  if (!parsed.success) throw new Error(`the test's catalog is broken: ${JSON.stringify(parsed.issues)}`);
  return parsed.catalog;
}

function expectQuotas(file: unknown) {
  const parsed = parseQuotas(JSON.stringify(file));
  if (!parsed.success) throw new Error(`the test's quotas are broken: ${JSON.stringify(parsed.issues)}`);
  return { config: parsed.config, file: parsed.file, path: "quotas.json", issues: [] };
}
