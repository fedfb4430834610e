import type { UsageEvent } from "@ccp/usage-contract";
import { accountLane, type TokenCounts, toCounts } from "@ccp/usage-contract/core";
import { streamTimes } from "./stream-times.ts";

/** What one line of the log took: the form in which a quota engine records it. */
export interface LoggedUsage {
  readonly lane: string;
  readonly model: string;
  readonly counts: TokenCounts;
  /** Epoch ms. */
  readonly atMs: number;
  readonly wallMs: number;
  readonly streamMs: number;
  readonly ttftMs: number | null;
  /** 0..23 in the reader's zone. */
  readonly localHour: number;
  readonly estimated: boolean;
}

/**
 * The usage in a completion line.
 *
 * @param localHour Local hour of an instant in epoch ms: zones are the caller's.
 * @returns `null` for decision lines, and for exchanges that took nothing.
 */
export function toUsageRecord(event: UsageEvent, localHour: (atMs: number) => number): LoggedUsage | null {
  if (event.event !== undefined || event.usage_source === null) return null;
  const atMs = event.ts * 1000;
  return {
    lane: accountLane(event.lane, event.account ?? null),
    model: event.model,
    counts: toCounts({
      inputTokens: event.input_tokens,
      outputTokens: event.output_tokens,
      cacheCreationTokens: event.cache_creation_tokens,
      cacheReadTokens: event.cache_read_tokens,
    }),
    atMs,
    wallMs: event.latency_ms ?? 0,
    ...streamTimes(event),
    localHour: localHour(atMs),
    estimated: event.usage_source === "estimate",
  };
}
