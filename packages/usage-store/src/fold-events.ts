import type { UsageEvent } from "@ccp/usage-contract";
import { decodeLine } from "./decode-line.ts";

export interface FoldResult {
  /** Events handed to `apply`. */
  readonly events: number;
  /** Lines that are no event, blank ones left aside. */
  readonly skipped: number;
  /** Events seen before. */
  readonly duplicates: number;
}

/** What makes an event one and the same: the exchange, the attempt, and which entry of it. */
export function eventKey(event: Pick<UsageEvent, "rid" | "attempt" | "event">): string {
  return `${event.event ?? "completion"} ${event.attempt} ${event.rid}`;
}

/**
 * Replays a log: hands each event to `apply` once, in the order of the lines. A line met a second time (a copied
 * generation, a line written again after a doubtful write) counts as duplicate and is left out, so sums never grow
 * by reading.
 *
 * Keeps one short key per event while it runs, about 100 bytes each.
 *
 * @example
 * const sums = foldEvents(readUsageLog(dir), (event) => ledger.add(event));
 */
export function foldEvents(lines: Iterable<string>, apply: (event: UsageEvent) => void): FoldResult {
  const seen = new Set<string>();
  let events = 0;
  let skipped = 0;
  let duplicates = 0;
  for (const line of lines) {
    const decoded = decodeLine(line);
    if (decoded.kind === "skip") {
      if (decoded.reason !== "blank") skipped += 1;
      continue;
    }
    const key = eventKey(decoded.event);
    if (seen.has(key)) {
      duplicates += 1;
      continue;
    }
    seen.add(key);
    events += 1;
    apply(decoded.event);
  }
  return { events, skipped, duplicates };
}
