import { QUOTE } from "./ascii.ts";
import type { ByteView } from "./byte-view.ts";
import type { Span } from "./member.ts";
import { readString } from "./read-text.ts";

const MAX_MODEL_LENGTH = 256;
/** No character takes more bytes than `\u002d` does. */
const MAX_MODEL_BYTES = MAX_MODEL_LENGTH * 6 + 2;

/** What would break a log line, a header or a metric label. */
const UNFIT = /[\p{Cc}\p{Cs}\u2028\u2029]/u;

type ModelReading =
  | { readonly success: true; readonly model: string }
  | { readonly success: false; readonly message: string };

/** Reads and checks the value of the top-level `model`. */
export function readModel(view: ByteView, span: Span): ModelReading {
  if (view.at(span.start) !== QUOTE) return refused("must be a string");
  if (span.end - span.start > MAX_MODEL_BYTES)
    return refused(`is longer than ${MAX_MODEL_LENGTH} characters`);
  const model = readString(view, span);
  if (model === null) return refused("is not a valid UTF-8 JSON string");
  if (model.trim() === "") return refused("is empty");
  if (model.length > MAX_MODEL_LENGTH) return refused(`is longer than ${MAX_MODEL_LENGTH} characters`);
  if (UNFIT.test(model)) return refused("holds control characters or half a surrogate pair");
  return { success: true, model };
}

function refused(what: string): ModelReading {
  return { success: false, message: `the top-level "model" ${what}` };
}
