import type { HeaderReader, TokenUsage } from "@ccp/usage-contract";
import type { SseRules } from "./sse/event-reading.ts";
import { openStream } from "./sse/open-stream.ts";
import type { TokenExtractor } from "./token-extractor.ts";
import { hasCount, spentUsage, type UsageReading } from "./usage/usage-reading.ts";

/** The three places one provider may report tokens in; `null`: not there. */
export interface ExtractorDefinition {
  /** Lower-case letters, digits and dashes: the word used in the catalog. */
  readonly name: string;
  readonly fromJson: ((text: string) => UsageReading | null) | null;
  readonly fromHeaders: ((headers: HeaderReader) => TokenUsage | null) | null;
  readonly fromSse: SseRules;
}

/**
 * Makes an extractor out of its definition.
 *
 * @throws {RangeError} When the name is no lower-case word.
 */
export function defineExtractor(definition: ExtractorDefinition): TokenExtractor {
  const { name, fromJson, fromHeaders, fromSse } = definition;
  if (!/^[a-z][a-z0-9-]*$/.test(name))
    throw new RangeError(`extractor name must be a lower-case word: "${name}"`);
  const readJson: TokenExtractor["readJson"] = (text) => {
    const reading = fromJson === null ? null : fromJson(text);
    if (reading === null) return { usage: null, invalidUsage: false };
    const spent = spentUsage(reading);
    return { usage: hasCount(spent) ? spent : null, invalidUsage: reading.invalid };
  };
  return {
    name,
    readJson,
    fromJson: (text) => readJson(text).usage,
    fromHeaders: (headers) => (fromHeaders === null ? null : fromHeaders(headers)),
    openStream: () => openStream(fromSse),
  };
}
