import { defineExtractor } from "../../define-extractor.ts";
import type { TokenExtractor } from "../../token-extractor.ts";
import { fromHeaders } from "./from-headers.ts";
import { fromJson } from "./from-json.ts";
import { fromSse } from "./from-sse.ts";

/** Z.AI and BigModel: the Messages protocol, and a header pair on some deployments. */
export const zai: TokenExtractor = defineExtractor({ name: "zai", fromJson, fromHeaders, fromSse });
