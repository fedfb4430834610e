import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { residentMb } from "../bench/cpu-time.ts";
import type { Child, Crew } from "../bench/crew.ts";
import { repoRoot } from "../lib/workspace.ts";
import type { LaneName } from "./lanes.ts";

/** What a process looked like at one moment; `null`: the system does not tell. */
export interface Sample {
  readonly atMs: number;
  readonly memoryMb: number | null;
  readonly files: number | null;
  /** How late timers of the last second ran. */
  readonly delayP99Ms: number;
  readonly delayMaxMs: number;
}

export interface GatewayProcess {
  readonly port: number;
  readonly logsDir: string;
  /** One a second. */
  readonly samples: readonly Sample[];
  openFiles(): number | null;
  stop(): Promise<void>;
}

/** Starts the gateway as its users do: a process of its own, with two lanes and wide quotas. */
export async function startGateway(
  crew: Crew,
  dir: string,
  ports: Readonly<Record<LaneName, number>>,
  idleSec: number,
): Promise<GatewayProcess> {
  const child = crew.start({
    label: "ccp",
    file: process.execPath,
    args: [
      `--import=${join(import.meta.dirname, "watch-process.mjs")}`,
      join(repoRoot, "apps/proxy/bin/ccp-gateway.mjs"),
      ...["--port", "0", "--config", writeFiles(dir, ports)],
    ],
    core: null,
    env: {
      CCP_STATE_DIR: dir,
      CCP_QUOTAS_FILE: join(dir, "quotas.json"),
      CCP_QUOTA_COOLDOWN_SEC: "1",
      CCP_SSE_IDLE_TIMEOUT: `${idleSec}s`,
      ZAI_API_KEY: "soak-not-a-key",
      // No setting of the user's own may change what is tested.
      HOME: dir,
      PATH: process.env.PATH ?? "",
      TMPDIR: process.env.TMPDIR ?? "/tmp",
    },
    ipc: true,
  });
  const [, port] = await child.line(/http:\/\/127\.0\.0\.1:(\d+)/);
  const samples: Sample[] = [];
  void collect(child, samples);
  return {
    port: Number(port),
    logsDir: join(dir, "logs"),
    samples,
    openFiles: () => openFiles(child.pid),
    stop: child.stop,
  };
}

async function collect(child: Child, samples: Sample[]): Promise<void> {
  try {
    for (;;) {
      const { p99Ms, maxMs } = (await child.message()) as { p99Ms: number; maxMs: number };
      samples.push({
        atMs: performance.now(),
        memoryMb: residentMb(child.pid),
        files: openFiles(child.pid),
        delayP99Ms: p99Ms,
        delayMaxMs: maxMs,
      });
    }
  } catch {
    // It has ended; whoever waits for its answers learns so from them.
  }
}

function openFiles(pid: number): number | null {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return null;
  }
}

function writeFiles(dir: string, ports: Readonly<Record<LaneName, number>>): string {
  mkdirSync(dir, { recursive: true });
  const quota = (provider: LaneName): object => ({
    provider,
    rolling_tokens: 1e14,
    weekly_limit_value: 1e15,
  });
  const models = { "claude-opus-5-5": quota("anthropic"), "claude-haiku-4-5": quota("zai") };
  writeFileSync(join(dir, "quotas.json"), JSON.stringify({ models }));
  const providers = join(dir, "providers.yaml");
  writeFileSync(
    providers,
    `providers:
  anthropic:
    base_url: http://127.0.0.1:${ports.anthropic}
    auth: { header_mode: passthrough }
    models: { "claude-*": {} }
  zai:
    base_url: http://127.0.0.1:${ports.zai}
    auth: { env: ZAI_API_KEY, header_mode: x-api-key }
    model_map: { "*": glm-5 }
    extractor: zai
    dialect: zai
routes:
  - { pattern: "claude-haiku*", provider: zai, fallback: [anthropic] }
  - { pattern: "*", provider: anthropic, fallback: [zai] }
`,
  );
  return providers;
}
