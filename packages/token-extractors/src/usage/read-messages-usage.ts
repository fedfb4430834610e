import { NO_USAGE, type TokenUsage } from "@ccp/usage-contract/core";
import { asObject, asString, type JsonObject } from "../json/values.ts";
import { addUsage, CountReader, largerUsage, type UsageReading } from "./usage-reading.ts";

/** Iterations whose tokens stand in the totals, too; every other kind is spent beside them. */
const ANSWERING: ReadonlySet<string> = new Set(["message", "fallback_message"]);
/** More steps than any answer has. */
const MAX_ITERATIONS = 10_000;

/**
 * Reads the `usage` object of the Messages protocol. `input_tokens` excludes both cache classes there, as
 * `TokenUsage` does; `output_tokens` includes thinking. Unknown members are passed over.
 *
 * `iterations` lists each step of the answer. Compactions and the advisor stand there alone, and are spent all the same:
 * where the answering steps are listed with them, their sum counts unless the totals are larger; a list of the others
 * alone is added to the totals.
 *
 * @returns `null` when the value is absent or `null`; a value that is no object is invalid.
 */
export function readMessagesUsage(value: unknown): UsageReading | null {
  if (value === undefined || value === null) return null;
  const usage = asObject(value);
  if (usage === null) return { usage: NO_USAGE, invalid: true };
  const reader = new CountReader();
  const totals = readCounts(usage, reader);
  const steps = readIterations(usage.iterations);
  const listed = steps.map((step) => readCounts(step, reader)).reduce(addUsage, NO_USAGE);
  const { invalid } = reader;
  if (steps.length === 0) return { usage: totals, invalid };
  if (steps.some(isAnswering)) return { usage: largerUsage(totals, listed), invalid };
  return { usage: totals, beside: listed, invalid };
}

function readCounts(usage: JsonObject, reader: CountReader): TokenUsage {
  const written = reader.count(usage.cache_creation_input_tokens);
  const byLifetime = asObject(usage.cache_creation);
  const shortLived = reader.count(byLifetime?.ephemeral_5m_input_tokens);
  const longLived = reader.count(byLifetime?.ephemeral_1h_input_tokens);
  const hasParts = shortLived !== null || longLived !== null;
  return {
    inputTokens: reader.count(usage.input_tokens),
    outputTokens: reader.count(usage.output_tokens),
    // Some senders name only the parts, or leave their total at 0.
    cacheCreationTokens: hasParts ? Math.max(written ?? 0, (shortLived ?? 0) + (longLived ?? 0)) : written,
    cacheReadTokens: reader.count(usage.cache_read_input_tokens),
  };
}

/** The steps that were billed: a model that declined before its first word was not, and a fallback answered instead. */
function readIterations(value: unknown): JsonObject[] {
  if (!Array.isArray(value)) return [];
  const steps = value
    .slice(0, MAX_ITERATIONS)
    .map(asObject)
    .filter((step) => step !== null);
  const hasFallback = steps.some((step) => step.type === "fallback_message");
  return steps.filter((step) => !(hasFallback && step.type === "message" && step.output_tokens === 0));
}

function isAnswering(step: JsonObject): boolean {
  return ANSWERING.has(asString(step.type) ?? "");
}
