import * as v from "valibot";
import { between, laneName, modelName, number, requestText, requestTokens } from "./fields.ts";

/** Most rows of one `POST /v1/usage/import`. */
export const MAX_IMPORT_ROWS = 200;
const YEAR_9999_SEC = 253_402_300_799;

/**
 * One answer that did not pass the gateway. `id` names it for ever: the same one is counted once. Sent again with larger
 * counts, because it was still being written, it counts what it has grown by.
 */
export const ImportRowSchema = v.strictObject({
  id: requestText(100),
  ts: between(0, YEAR_9999_SEC),
  lane: laneName,
  model: modelName,
  input_tokens: requestTokens,
  output_tokens: requestTokens,
  cache_creation_tokens: requestTokens,
  cache_read_tokens: requestTokens,
});
export type ImportRow = v.InferOutput<typeof ImportRowSchema>;

/** Body of `POST /v1/usage/import`. */
export const ImportRequestSchema = v.strictObject({
  rows: v.pipe(v.array(ImportRowSchema), v.maxLength(MAX_IMPORT_ROWS)),
});
export type ImportRequest = v.InferOutput<typeof ImportRequestSchema>;

/** Answer of `POST /v1/usage/import`. */
export const ImportAnswerSchema = v.looseObject({
  ts: number,
  counted: number,
  known: number,
  past: number,
  grown: v.optional(number),
});
export type ImportAnswer = v.InferOutput<typeof ImportAnswerSchema>;
