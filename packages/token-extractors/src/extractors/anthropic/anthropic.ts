import { defineExtractor } from "../../define-extractor.ts";
import type { TokenExtractor } from "../../token-extractor.ts";
import { fromJson } from "./from-json.ts";
import { fromSse } from "./from-sse.ts";

/** The Messages protocol, as Anthropic and the local servers speak it. No tokens in headers. */
export const anthropic: TokenExtractor = defineExtractor({
  name: "anthropic",
  fromJson,
  fromHeaders: null,
  fromSse,
});
