import { asObject, asString, parseJson } from "../json/values.ts";
import type { StreamError } from "../token-extractor.ts";

/**
 * Reads an error event's data: `{error: {type, message}}` in the Messages form, `{error: {code, message}}` in
 * OpenAI's, or flat `{code, message}` as the Responses protocol sends it, or a bare string.
 */
export function readError(data: string): StreamError {
  const root = asObject(parseJson(data));
  const response = asObject(root?.response);
  const error = asObject(root?.error) ?? asObject(response?.error) ?? root;
  const flat = error === root;
  return {
    type: (flat ? null : asString(error?.type)) ?? asString(error?.code),
    message: asString(error?.message) ?? asString(root?.error),
    body: data,
  };
}
