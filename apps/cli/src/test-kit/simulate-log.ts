import { parseCatalog, planRoute, resolveLaneKeys } from "@ccp/provider-catalog";
import { type QuotasFile, REROUTE_MODES, toQuotaConfig, type UsageEvent } from "@ccp/usage-contract";
import { encodeEvent } from "@ccp/usage-store";
import { RecordingReader } from "../simulate/recording/read-recording.ts";
import type { Recording } from "../simulate/recording/recording.ts";
import type { ModeFigures } from "../simulate/replay/mode-tally.ts";
import { createWeightsOf } from "../simulate/replay/weights-of.ts";
import { type Simulation, simulate } from "../simulate/simulate.ts";

/** haiku prefers `zai` and falls back to `anthropic`, glm has `zai` alone, the rest goes the other way round. */
export const TEST_CATALOG: string = `providers:
  anthropic:
    base_url: https://api.anthropic.com
    auth: { env: ANTHROPIC_AUTH_TOKEN, header_mode: passthrough }
  zai:
    base_url: https://api.z.ai/api/anthropic
    auth: { env: ZAI_API_KEY, header_mode: x-api-key }
    models: { "glm-*": {} }
    model_map: { "claude-haiku-*": glm-4.7, "*": glm-5 }
    context_tokens: 200000
routes:
  - { pattern: "claude-haiku*", provider: zai, fallback: [anthropic] }
  - { pattern: "glm-*", provider: zai, fallback: [] }
  - { pattern: "*", provider: anthropic, fallback: [zai] }
`;

export interface TestSimulationOptions {
  readonly quotas?: QuotasFile;
  readonly cooldownSec?: number;
  readonly recordedCooldownSec?: number;
  readonly env?: Readonly<Record<string, string>>;
}

export interface TestSimulation {
  readonly recording: Recording;
  readonly simulation: Simulation;
  /** One line for the log and for each mode, without what is 0. */
  readonly table: Readonly<Record<string, string>>;
}

/** Reads the lines and replays them in all three modes. */
export async function simulateLog(
  lines: Iterable<UsageEvent | string>,
  options: TestSimulationOptions = {},
): Promise<TestSimulation> {
  const parsed = parseCatalog(TEST_CATALOG);
  if (!parsed.success) throw new Error(JSON.stringify(parsed.issues));
  const { catalog } = parsed;
  const config = toQuotaConfig(options.quotas ?? {});
  const preferred = (model: string) => planRoute(catalog, model).preferred;
  const reader = new RecordingReader({ preferred, weightsOf: createWeightsOf(config) });
  for (const line of lines) reader.add(typeof line === "string" ? line : encodeEvent(line));
  const recording = reader.finish();
  const simulation = await simulate(recording, {
    modes: REROUTE_MODES,
    catalog,
    keys: resolveLaneKeys(catalog, options.env ?? {}, null),
    config,
    cooldownMs: (options.cooldownSec ?? 300) * 1000,
    recordedCooldownMs: (options.recordedCooldownSec ?? 300) * 1000,
    tickMs: 3_600_000,
    pause: async () => true,
  });
  if (simulation === null) throw new Error("nobody told it to stop");
  const modes = [...simulation.modes].map(([mode, figures]) => [mode, figuresLine(figures)] as const);
  const table = Object.fromEntries([["recorded", figuresLine(recording.figures)] as const, ...modes]);
  return { recording, simulation, table };
}

/** `40 requests, 6 kept, 34 rerouted (quota_cooldown 28, quota_overshoot 6), 6 overshoots, 2400 ms, zai 600` */
export function figuresLine(figures: ModeFigures | undefined): string {
  if (figures === undefined) return "";
  const { requests, kept, rerouted, refused, overshoots, wastedMs } = figures;
  const rules = [...figures.reroutes].map(([rule, count]) => `${rule} ${count}`).sort();
  const lanes = [...figures.lanes]
    .map(([lane, { countedTokens }]) => `${lane} ${Math.round(countedTokens)}`)
    .sort();
  const parts = [
    `${requests} requests`,
    kept > 0 && `${kept} kept`,
    rerouted > 0 && `${rerouted} rerouted (${rules.join(", ")})`,
    refused > 0 && `${refused} refused`,
    overshoots > 0 && `${overshoots} overshoots`,
    wastedMs > 0 && `${Math.round(wastedMs)} ms`,
    ...lanes,
  ];
  return parts.filter((part) => part !== false).join(", ");
}
