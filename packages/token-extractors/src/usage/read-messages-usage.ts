import { NO_USAGE } from "@ccp/usage-contract/core";
import { asObject } from "../json/values.ts";
import { CountReader, type UsageReading } from "./usage-reading.ts";

/**
 * Reads the `usage` object of the Messages protocol. `input_tokens` excludes both cache classes there, as
 * `TokenUsage` does; `output_tokens` includes thinking. Unknown members are passed over.
 *
 * @returns `null` when the value is absent or `null`; a value that is no object is invalid.
 */
export function readMessagesUsage(value: unknown): UsageReading | null {
  if (value === undefined || value === null) return null;
  const usage = asObject(value);
  if (usage === null) return { usage: NO_USAGE, invalid: true };
  const reader = new CountReader();
  const counts = {
    inputTokens: reader.count(usage.input_tokens),
    outputTokens: reader.count(usage.output_tokens),
    cacheCreationTokens: reader.count(usage.cache_creation_input_tokens),
    cacheReadTokens: reader.count(usage.cache_read_input_tokens),
  };
  return { usage: counts, invalid: reader.invalid };
}
