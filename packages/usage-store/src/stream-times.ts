import type { UsageEvent } from "@ccp/usage-contract";

/** What an answer tells of streaming speed. */
export interface StreamTimes {
  /** 0 for an answer in one piece: its bytes come at once, and would make any model look fast. */
  readonly streamMs: number;
  /** `null` for an answer in one piece: its first byte comes when all of it is made. */
  readonly ttftMs: number | null;
}

/** The streaming times of an exchange, for sums and quantiles of speeds. */
export function streamTimes({
  op,
  stream_ms,
  ttft_ms,
}: Pick<UsageEvent, "op" | "stream_ms" | "ttft_ms">): StreamTimes {
  return op === "stream" ? { streamMs: stream_ms ?? 0, ttftMs: ttft_ms } : { streamMs: 0, ttftMs: null };
}
