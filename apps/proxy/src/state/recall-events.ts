import type { UsageEvent } from "@ccp/usage-contract";
import { decodeLine } from "@ccp/usage-store";
import { readUsageLog } from "@ccp/usage-store/node";
import type { EventHub } from "./event-hub.ts";

const RECALLED = 200;
const HOUR_MS = 3_600_000;

/** Puts the newest lines of the log among the live events: who looks after a restart sees what just happened. */
export function recallEvents(logsDir: string, events: EventHub, nowMs: number): void {
  let newest: UsageEvent[] = [];
  for (const line of readUsageLog(logsDir, { sinceMs: nowMs - HOUR_MS })) {
    const decoded = decodeLine(line);
    if (decoded.kind !== "event") continue;
    newest.push(decoded.event);
    if (newest.length > RECALLED * 2) newest = newest.slice(-RECALLED);
  }
  for (const event of newest.slice(-RECALLED))
    events.publish({ name: event.event === "decision" ? "decision" : "completion", data: event });
}
