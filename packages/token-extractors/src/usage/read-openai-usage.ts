import { NO_USAGE } from "@ccp/usage-contract/core";
import { asObject } from "../json/values.ts";
import { CountReader, type UsageReading } from "./usage-reading.ts";

/** Where one of the two OpenAI protocols keeps its figures. */
export interface OpenAiNames {
  readonly input: string;
  readonly inputDetails: string;
  readonly output: string;
}

/**
 * Reads an OpenAI `usage` object. Its input total includes cached and cache-written tokens, `TokenUsage` excludes
 * them: `inputTokens = input − cached − cache_write`, at least 0. Output includes reasoning.
 * DeepSeek names the cached part `prompt_cache_hit_tokens` beside the total.
 *
 * @returns `null` when the value is absent or `null`; a value that is no object is invalid.
 */
export function readOpenAiUsage(value: unknown, names: OpenAiNames): UsageReading | null {
  if (value === undefined || value === null) return null;
  const usage = asObject(value);
  if (usage === null) return { usage: NO_USAGE, invalid: true };
  const reader = new CountReader();
  const details = asObject(usage[names.inputDetails]);
  const total = reader.count(usage[names.input]);
  const cached = reader.count(details?.cached_tokens ?? usage.prompt_cache_hit_tokens);
  const written = reader.count(details?.cache_write_tokens);
  const counts = {
    inputTokens: total === null ? null : Math.max(0, total - (cached ?? 0) - (written ?? 0)),
    outputTokens: reader.count(usage[names.output]),
    cacheCreationTokens: written,
    cacheReadTokens: cached,
  };
  return { usage: counts, invalid: reader.invalid };
}
