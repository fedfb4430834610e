import { peekStream } from "./peek-stream.ts";
import { asObject, asText, type JsonObject, parseJson } from "./text/values.ts";

/** The parts of an error body that all dialects share. */
export interface ErrorBody {
  /** `none`: not read. `other`: text that is neither JSON nor HTML, or JSON that was cut off. */
  readonly form: "none" | "empty" | "html" | "json" | "other";
  readonly root: JsonObject | null;
  /** The object under `error`. */
  readonly error: JsonObject | null;
  readonly type: string | null;
  /** The vendor's code, in `error` or beside it; a number is turned into text. */
  readonly code: string | null;
  readonly message: string | null;
  /** `retry-after` in the body, in `error` or beside it. */
  readonly retryAfter: string | null;
}

const NOTHING = { root: null, error: null, type: null, code: null, message: null, retryAfter: null };

/**
 * Reads an error body by what it is, whatever its content type says: a JSON error is also sent as
 * `text/event-stream`, and an event stream can hold one.
 */
export function readErrorBody(body: string | null): ErrorBody {
  if (body === null) return { form: "none", ...NOTHING };
  const text = body.replace(/^\uFEFF/, "").trim();
  if (text === "") return { form: "empty", ...NOTHING };
  if (text.startsWith("<")) return { form: "html", ...NOTHING, message: titleOf(text) };
  const root = asObject(parseJson(text));
  if (root !== null) return readJson(root);
  const peek = peekStream(`${text}\n\n`);
  const inStream = peek.kind === "error" ? asObject(parseJson(peek.data)) : null;
  return inStream === null ? { form: "other", ...NOTHING, message: text } : readJson(inStream);
}

function readJson(root: JsonObject): ErrorBody {
  const error = asObject(root.error);
  return {
    form: "json",
    root,
    error,
    type: asText(error?.type) ?? (root.type === "error" ? null : asText(root.type)),
    code: asWord(error?.code) ?? asWord(root.code),
    message: messageOf(root, error),
    retryAfter: retryAfterOf(error) ?? retryAfterOf(root),
  };
}

function messageOf(root: JsonObject, error: JsonObject | null): string | null {
  const vendor = asObject(root.base_resp);
  const places = [error?.message, root.error, root.message, root.msg, root.detail, vendor?.status_msg];
  return places.map(asText).find((text) => text !== null) ?? null;
}

function retryAfterOf(holder: JsonObject | null): string | null {
  return asWord(holder?.["retry-after"]) ?? asWord(holder?.retry_after);
}

/** Text, or a number as text. */
export function asWord(value: unknown): string | null {
  return typeof value === "number" ? String(value) : asText(value);
}

function titleOf(html: string): string | null {
  return /<title[^>]*>([^<]{1,300})/i.exec(html)?.[1] ?? null;
}
