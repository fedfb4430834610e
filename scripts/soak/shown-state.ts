import { modelKey } from "../../packages/usage-contract/src/index.ts";

/** What a gateway shows of its state, without what time alone changes. */
export interface ShownState {
  readonly view: unknown;
  /** Raw tokens, input and output, by `model lane`. */
  readonly tokens: ReadonlyMap<string, number>;
}

/** Ages, countdowns and rates of the last minutes: they move while nothing happens. */
const MOVING: ReadonlySet<string> = new Set([
  "ts",
  "uptime_sec",
  "age_sec",
  "eta_rolling_sec",
  "eta_weekly_sec",
  "rate_15m_tokens_per_min",
  "rate_15m_pct_per_min",
  "gateway",
  "loaded",
  "log",
]);

interface ModelShown {
  readonly lanes?: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

const CLASSES = ["input_tokens", "output_tokens", "cache_creation_tokens", "cache_read_tokens"] as const;

/** Everything that `/v1/usage` and `/v1/calibration` show. */
export async function readState(url: string): Promise<ShownState> {
  const [usage, calibration] = await Promise.all([
    readJson(url, "/v1/usage"),
    readJson(url, "/v1/calibration"),
  ]);
  const tokens = new Map<string, number>();
  const models = (usage as { models: Readonly<Record<string, ModelShown>> }).models;
  for (const [model, { lanes = {} }] of Object.entries(models)) {
    for (const [lane, taken] of Object.entries(lanes)) {
      const sum = CLASSES.reduce((total, name) => total + (taken[name] ?? 0), 0);
      if (sum > 0) tokens.set(`${modelKey(model)} ${lane}`, sum);
    }
  }
  return { view: still({ usage, calibration }), tokens };
}

async function readJson(url: string, path: string): Promise<unknown> {
  const answer = await fetch(`${url}${path}`);
  if (!answer.ok) throw new Error(`GET ${path}: ${answer.status}`);
  return answer.json();
}

function still(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(still);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !MOVING.has(key));
  return Object.fromEntries(kept.map(([key, inner]) => [key, still(inner)]));
}
