import { readTopLevel } from "../../json/read-top-level.ts";
import { readMessagesUsage } from "../../usage/read-messages-usage.ts";
import type { UsageReading } from "../../usage/usage-reading.ts";

/** `usage` of a message. */
export function fromJson(text: string): UsageReading | null {
  return readMessagesUsage(readTopLevel(text, "usage"));
}
