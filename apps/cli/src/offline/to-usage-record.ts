import type { UsageRecord } from "@ccp/quota-engine";
import type { UsageEvent } from "@ccp/usage-contract";

/** What a completion line spent; `null` for decisions and for lines that spent nothing. */
export function toUsageRecord(event: UsageEvent): UsageRecord | null {
  if (event.event !== undefined || event.usage_source === null) return null;
  const atMs = event.ts * 1000;
  return {
    lane: event.lane,
    model: event.model,
    counts: {
      inputTokens: event.input_tokens ?? 0,
      outputTokens: event.output_tokens ?? 0,
      cacheCreationTokens: event.cache_creation_tokens ?? 0,
      cacheReadTokens: event.cache_read_tokens ?? 0,
    },
    atMs,
    wallMs: event.latency_ms ?? 0,
    streamMs: event.stream_ms ?? 0,
    ttftMs: event.ttft_ms,
    localHour: new Date(atMs).getHours(),
    estimated: event.usage_source === "estimate",
  };
}
