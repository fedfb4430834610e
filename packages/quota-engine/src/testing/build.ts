import {
  type LimitSignal,
  type QuotasFile,
  type TokenCounts,
  toQuotaConfig,
  type WindowReading,
} from "@ccp/usage-contract";
import { createQuotaEngine } from "../create-quota-engine.ts";
import type { QuotaEngine, UsageRecord } from "../types.ts";

/** Monday 2026-01-05 08:00 UTC: on a minute, a quarter of an hour and an hour. */
export const T0 = 1_767_600_000_000;
export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;

export function buildEngine(file: QuotasFile = {}): QuotaEngine {
  return createQuotaEngine({ config: toQuotaConfig(file) });
}

/** Quotas of one model, `glm-4.7` on `zai`, rolling cap 1000. */
export const ONE_CAP: QuotasFile = { models: { "glm-4.7": { provider: "zai", rolling_tokens: 1000 } } };

export function buildCounts(over: Partial<TokenCounts> = {}): TokenCounts {
  return { inputTokens: 0, outputTokens: 0, cacheCreationTokens: 0, cacheReadTokens: 0, ...over };
}

/** A record of `glm-4.7` on `zai` with `tokens` input tokens, ended at `atMs`. */
export function buildRecord(tokens: number, atMs: number, over: Partial<UsageRecord> = {}): UsageRecord {
  return {
    lane: "zai",
    model: "glm-4.7",
    counts: buildCounts({ inputTokens: tokens }),
    atMs,
    wallMs: 1000,
    streamMs: 800,
    ttftMs: 200,
    localHour: 9,
    estimated: false,
    ...over,
  };
}

export function buildReading(over: Partial<WindowReading> = {}): WindowReading {
  return {
    name: "5h",
    lengthMs: 5 * HOUR,
    usedRatio: null,
    resetAtMs: null,
    status: "allowed",
    scope: "account",
    source: "header",
    usedAmount: null,
    limitAmount: null,
    ...over,
  };
}

export function buildLimit(over: Partial<LimitSignal> = {}): LimitSignal {
  return {
    kind: "quota",
    scope: "account",
    resetAtMs: null,
    retryAfterMs: null,
    source: "body",
    window: null,
    code: "1308",
    message: null,
    ...over,
  };
}
