import type { ModelUsage } from "@ccp/usage-contract";
import { clockText } from "./clock.ts";
import type { Look } from "./look.ts";
import { waitText } from "./quantity.ts";

/** `19:45 (212s)`: when the model's lane is tried again; `-` when nothing cools. */
export function cooldownText(model: ModelUsage, nowSec: number, look: Look): string {
  if (!model.cooldown_active) return "-";
  const until = model.cooldown_next_ts;
  if (until === null) return "active";
  return `${clockText(until, look.timeZone)} (${waitText(Math.max(0, until - nowSec))})`;
}
