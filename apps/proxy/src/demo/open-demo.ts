import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startMockUpstream } from "@ccp/mock-upstream";
import type { Settings } from "@ccp/usage-contract";
import type { Clock } from "../deps.ts";
import { DEMO_QUOTAS, demoCatalog } from "./demo-config.ts";
import { startTraffic, type Traffic } from "./traffic/start-traffic.ts";

/** Everything the demo puts in the place of vendors, keys and files. */
export interface DemoWorld {
  /** Laid over the environment: nothing of the user's own set-up is read or written. */
  readonly env: Readonly<Record<string, string>>;
  readonly clock: Clock;
  /** Sets made-up agents to work on the gateway that stands in front of this world, and on no other. */
  startTraffic(gatewayUrl: string, settings: Pick<Settings, "clientToken">): Traffic;
  close(): Promise<void>;
}

/** Five hours pass in five minutes, so that a window can be seen to fill, spill and reset. */
export const DEMO_TIME_SCALE = 60;

interface DemoPlan {
  readonly rolling: { readonly capTokens: number; readonly kind: "anchored" };
  readonly weekly: { readonly capTokens: number };
  readonly pacing: { readonly ttftMs: number; readonly tokensPerSec: number };
}

const PACING = { ttftMs: 120, tokensPerSec: 80 };

/**
 * Plans that grant less than the traffic asks for in five hours, on one lane, and more than it can ask for in a week: the demo
 * then goes on from window to window for ever, where a spent week would end it for as long as a demo's week takes.
 */
export const DEMO_PLANS: Readonly<Record<"anthropic" | "zai", DemoPlan>> = {
  anthropic: {
    rolling: { capTokens: 600_000, kind: "anchored" },
    weekly: { capTokens: 28_000_000 },
    pacing: PACING,
  },
  zai: { rolling: { capTokens: 60_000, kind: "anchored" }, weekly: { capTokens: 3_000_000 }, pacing: PACING },
};

/** Starts two mock upstreams with real, small plans, and a folder of its own for all state. */
export async function openDemo(): Promise<DemoWorld> {
  const clock = createScaledClock(DEMO_TIME_SCALE);
  const mock = { recordBodies: false, now: clock.wallMs };
  const [anthropic, zai] = await Promise.all([
    startMockUpstream({ ...mock, lane: "anthropic", plan: DEMO_PLANS.anthropic }),
    startMockUpstream({ ...mock, lane: "zai", dialect: "zai", plan: DEMO_PLANS.zai }),
  ]);
  const dir = mkdtempSync(join(tmpdir(), "ccp-demo-"));
  const providers = join(dir, "providers.yaml");
  const quotas = join(dir, "quotas.json");
  writeFileSync(providers, demoCatalog({ anthropic: anthropic.url, zai: zai.url }));
  writeFileSync(quotas, JSON.stringify(DEMO_QUOTAS, null, 2));
  return {
    env: {
      CCP_PROVIDERS_FILE: providers,
      CCP_QUOTAS_FILE: quotas,
      CCP_STATE_DIR: dir,
      CCP_LOGS_DIR: join(dir, "logs"),
      CCP_PROBE_RESULTS: join(dir, "results", "GLM_LIMIT_PROBE.md"),
      CCP_DEV_ENABLE: "1",
      DEMO_ZAI_KEY: "demo",
      DEMO_ANTHROPIC_KEY: "demo",
    },
    clock,
    startTraffic: (url, { clientToken }) => startTraffic({ url, clientToken }),
    async close() {
      await Promise.all([anthropic.close(), zai.close()]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Wall time runs faster from the real present on; durations stay real, since people wait in real time. */
function createScaledClock(scale: number): Clock {
  const startedWallMs = Date.now();
  const startedMonoMs = performance.now();
  return {
    wallMs: () => startedWallMs + (performance.now() - startedMonoMs) * scale,
    monoMs: () => performance.now(),
    localHour: (wallMs) => new Date(wallMs).getHours(),
  };
}
