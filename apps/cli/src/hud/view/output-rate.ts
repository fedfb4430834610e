import type { UsageEvent } from "@ccp/usage-contract";

/** An answer that came in one piece: what it would make a second says nothing. */
const MIN_STREAM_MS = 50;

/**
 * Output tokens a second between first and last byte.
 *
 * @returns `null` where the answer came whole, was too short to tell, or has no count.
 */
export function outputRate(end: UsageEvent | null): number | null {
  if (end === null || end.op !== "stream" || end.output_tokens === null) return null;
  const streamMs = end.stream_ms ?? 0;
  return streamMs < MIN_STREAM_MS ? null : end.output_tokens / (streamMs / 1000);
}
