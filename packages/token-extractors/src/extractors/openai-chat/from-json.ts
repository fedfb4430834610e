import { readTopLevel } from "../../json/read-top-level.ts";
import { readOpenAiUsage } from "../../usage/read-openai-usage.ts";
import type { UsageReading } from "../../usage/usage-reading.ts";
import { CHAT_NAMES } from "./names.ts";

/** `usage` of a chat completion. */
export function fromJson(text: string): UsageReading | null {
  return readOpenAiUsage(readTopLevel(text, "usage"), CHAT_NAMES);
}
