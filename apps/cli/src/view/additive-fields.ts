import type { LaneWindow, ModelUsage, UsageView } from "@ccp/usage-contract";

/**
 * Fields that a gateway may add to `/v1/usage`. An absent one is `null`, and the screen then shows `-` or nothing:
 * an older gateway still gives a whole picture.
 */
export interface GatewayFacts {
  readonly uptimeSec: number | null;
  readonly demo: boolean;
  /** Requests sent to another lane by a quota rule or a limit, since the gateway started. */
  readonly rerouted: number | null;
  readonly wastedRetryMs: number | null;
  readonly rollingSec: number;
  readonly weeklySec: number;
}

const ROLLING_SEC = 18_000;
const WEEKLY_SEC = 604_800;

export function gatewayFacts(view: UsageView): GatewayFacts {
  const totals = record(view.totals);
  const windows = record(view.windows);
  return {
    uptimeSec: count(view.uptime_sec),
    demo: view.demo === true,
    rerouted: count(totals.rerouted),
    wastedRetryMs: count(totals.wasted_retry_ms),
    rollingSec: count(windows.rolling_seconds) ?? ROLLING_SEC,
    weeklySec: count(windows.weekly_seconds) ?? WEEKLY_SEC,
  };
}

/** Counted tokens a minute over the last 15 minutes; 0 is idle, `null` is not told or too little to say. */
export function tokenRate(model: ModelUsage): number | null {
  return count(model.rate_15m_tokens_per_min);
}

/** Share of the window (0..1) used a minute over the last 15 minutes. */
export function windowRate(window: LaneWindow): number | null {
  return count(window.rate_15m_pct_per_min);
}

function count(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : null;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
