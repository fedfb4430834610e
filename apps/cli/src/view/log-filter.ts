import type { UsageEvent } from "@ccp/usage-contract";
import { matchesModel } from "@ccp/usage-contract/core";

export interface LogFilter {
  readonly lane: string | null;
  /** Name or glob, in any of its spellings. */
  readonly model: string | null;
  /** Epoch ms; earlier lines are left out. */
  readonly sinceMs: number | null;
  readonly event: "decision" | "completion" | null;
}

/** Whether a line of the log is one of those that were asked for. */
export function fitsFilter(event: UsageEvent, { lane, model, sinceMs, event: kind }: LogFilter): boolean {
  if (lane !== null && event.lane !== lane) return false;
  if (model !== null && !matchesModel(model, event.model)) return false;
  if (sinceMs !== null && event.ts * 1000 < sinceMs) return false;
  return kind === null || kind === (event.event ?? "completion");
}

/** Lines are written as things happen, so their times run on; clocks that were set back do so by less than this. */
const DISORDER_MS = 3_600_000;

/** Whether nothing older than this line can fit any more. */
export function isBeforeAll(event: UsageEvent, { sinceMs }: LogFilter): boolean {
  return sinceMs !== null && event.ts * 1000 < sinceMs - DISORDER_MS;
}
