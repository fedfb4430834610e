import { defineExtractor } from "../../define-extractor.ts";
import type { TokenExtractor } from "../../token-extractor.ts";
import { fromSse } from "./from-sse.ts";

/** Counts nothing: for servers whose figures are not to be trusted. What a request took is then an estimate. */
export const noop: TokenExtractor = defineExtractor({
  name: "noop",
  fromJson: null,
  fromHeaders: null,
  fromSse,
});
