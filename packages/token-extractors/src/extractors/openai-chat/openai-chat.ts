import { defineExtractor } from "../../define-extractor.ts";
import type { TokenExtractor } from "../../token-extractor.ts";
import { fromJson } from "./from-json.ts";
import { fromSse } from "./from-sse.ts";

/** OpenAI's chat completions, and DeepSeek's. No tokens in headers. */
export const openaiChat: TokenExtractor = defineExtractor({
  name: "openai-chat",
  fromJson,
  fromHeaders: null,
  fromSse,
});
