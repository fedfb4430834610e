import { defineExtractor } from "../../define-extractor.ts";
import type { TokenExtractor } from "../../token-extractor.ts";
import { fromJson } from "./from-json.ts";
import { fromSse } from "./from-sse.ts";

/** OpenAI's Responses protocol. No tokens in headers. */
export const openaiResponses: TokenExtractor = defineExtractor({
  name: "openai-responses",
  fromJson,
  fromHeaders: null,
  fromSse,
});
