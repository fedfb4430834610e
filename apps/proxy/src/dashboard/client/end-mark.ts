import type { UsageEvent } from "@ccp/usage-contract";

/** The sign before how a request ended. */
export interface EndMark {
  readonly sign: "✓" | "✕" | "–";
  readonly tone: "calm" | "alarm";
}

const BROKEN: ReadonlySet<string> = new Set(["error", "truncated", "stream_timeout"]);

/** An answer that carries an error, or that broke off, has failed; a client that left is nobody's failure. */
export function endMark({ reason, status }: Pick<UsageEvent, "reason" | "status">): EndMark {
  if (BROKEN.has(reason) || status >= 400) return { sign: "✕", tone: "alarm" };
  return { sign: reason === "client_closed" ? "–" : "✓", tone: "calm" };
}
