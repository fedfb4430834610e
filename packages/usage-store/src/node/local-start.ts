import type { Granularity } from "@ccp/usage-contract";

const FIVE_MINUTES_SEC = 300;

/** Epoch seconds at which the span of an instant begins. Hours and days are local; no zone's offset cuts five minutes. */
export function localStart(ts: number, granularity: Granularity): number {
  if (granularity === "5min") return Math.floor(ts / FIVE_MINUTES_SEC) * FIVE_MINUTES_SEC;
  const date = new Date(ts * 1000);
  if (granularity === "hour") date.setMinutes(0, 0, 0);
  else date.setHours(0, 0, 0, 0);
  return date.getTime() / 1000;
}
