import { readTopLevel } from "../../json/read-top-level.ts";
import { readMessagesUsage } from "../../usage/read-messages-usage.ts";
import type { UsageReading } from "../../usage/usage-reading.ts";

/** `usage` of a message; without `cache_creation_input_tokens`, which stays unknown. */
export function fromJson(text: string): UsageReading | null {
  return readMessagesUsage(readTopLevel(text, "usage"));
}
