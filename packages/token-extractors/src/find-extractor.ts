import { anthropic } from "./extractors/anthropic/anthropic.ts";
import { noop } from "./extractors/noop/noop.ts";
import { openaiChat } from "./extractors/openai-chat/openai-chat.ts";
import { openaiResponses } from "./extractors/openai-responses/openai-responses.ts";
import { zai } from "./extractors/zai/zai.ts";
import type { TokenExtractor } from "./token-extractor.ts";

/** Every extractor that a catalog can name. */
export const EXTRACTORS: readonly TokenExtractor[] = [anthropic, zai, openaiChat, openaiResponses, noop];

/** The extractor of this name; an unknown name gives `noop`, so that a lane still serves. */
export function findExtractor(name: string): TokenExtractor {
  return EXTRACTORS.find((extractor) => extractor.name === name) ?? noop;
}
