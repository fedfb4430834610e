import { isTokenCount, MAX_TOKEN_COUNT, NO_USAGE } from "@ccp/usage-contract/core";
import { asObject, type JsonObject } from "../json/values.ts";
import { CountReader, type UsageReading } from "./usage-reading.ts";

/** Where one of the two OpenAI protocols keeps its figures. */
export interface OpenAiNames {
  readonly input: string;
  readonly inputDetails: string;
  readonly output: string;
  readonly outputDetails: string;
}

/**
 * Reads an OpenAI `usage` object. Its input total includes cached and cache-written tokens, `TokenUsage` excludes
 * them: `inputTokens = input − cached − cache_write`, at least 0. Output includes reasoning; where a sender's total shows
 * that its output does not (xAI), the reasoning is added.
 * DeepSeek names the cached part `prompt_cache_hit_tokens` beside the total, Kimi `cached_tokens`.
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
  const cached = reader.count(details?.cached_tokens ?? usage.prompt_cache_hit_tokens ?? usage.cached_tokens);
  const written = reader.count(details?.cache_write_tokens);
  const counts = {
    inputTokens: total === null ? null : Math.max(0, total - (cached ?? 0) - (written ?? 0)),
    outputTokens: withReasoning(total, reader.count(usage[names.output]), usage, names),
    cacheCreationTokens: written,
    cacheReadTokens: cached,
  };
  return { usage: counts, invalid: reader.invalid };
}

/** Details are of use only where all three sum up to the total: a bad one is passed over. */
function withReasoning(
  input: number | null,
  output: number | null,
  usage: JsonObject,
  names: OpenAiNames,
): number | null {
  const reasoning = asObject(usage[names.outputDetails])?.reasoning_tokens;
  if (output === null || !isTokenCount(reasoning)) return output;
  return usage.total_tokens === (input ?? 0) + output + reasoning
    ? Math.min(MAX_TOKEN_COUNT, output + reasoning)
    : output;
}
