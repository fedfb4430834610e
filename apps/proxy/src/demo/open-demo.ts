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

/** Starts two mock upstreams with real, small plans, and a folder of its own for all state. */
export async function openDemo(): Promise<DemoWorld> {
  const clock = createScaledClock(DEMO_TIME_SCALE);
  const pacing = { ttftMs: 120, tokensPerSec: 80 };
  const [anthropic, zai] = await Promise.all([
    startMockUpstream({
      lane: "anthropic",
      recordBodies: false,
      now: clock.wallMs,
      plan: { rolling: { capTokens: 400_000, kind: "anchored" }, weekly: { capTokens: 4_000_000 }, pacing },
    }),
    startMockUpstream({
      lane: "zai",
      dialect: "zai",
      recordBodies: false,
      now: clock.wallMs,
      plan: { rolling: { capTokens: 60_000, kind: "anchored" }, weekly: { capTokens: 600_000 }, pacing },
    }),
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
