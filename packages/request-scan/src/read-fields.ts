import { BACKSLASHES, CLOSE_BRACKET, OPEN_BRACKET } from "./ascii.ts";
import type { ByteView } from "./byte-view.ts";
import type { Span } from "./member.ts";
import { skipSpace } from "./next-member.ts";
import { readString, readText } from "./read-text.ts";

/** The top-level keys that are read; any other may stand twice for all ccp cares. */
const FIELD_NAMES = ["model", "stream", "max_tokens", "metadata", "tools", "system"] as const;
export type FieldName = (typeof FIELD_NAMES)[number];

/** What an upstream does by these must be what was read here, so none may stand twice. */
export function mayStandOnce(name: FieldName): boolean {
  return name !== "metadata" && name !== "tools" && name !== "system";
}

/** `max_tokens` with each character written as `\u00xx`: a longer key is none of ours. */
const LONGEST_KEY = 60;

/** Which of our fields a key names; `null` for any other. */
export function fieldName(view: ByteView, key: Span): FieldName | null {
  return FIELD_NAMES.find((name) => isKey(view, key, name)) ?? null;
}

/** Whether a key stands for `name`, a plain ASCII word, in whatever way it is written. */
function isKey(view: ByteView, key: Span, name: string): boolean {
  const length = key.end - key.start - 2;
  if (length < name.length || length > LONGEST_KEY) return false;
  if (length === name.length) return equals(view, key.start + 1, name);
  return view.findBack(BACKSLASHES, key.end - 2, key.start + 1) >= 0 && readString(view, key) === name;
}

/** A key as text; `null` for one too long to matter, or no valid string. */
export function readKey(view: ByteView, key: Span): string | null {
  return key.end - key.start - 2 > LONGEST_KEY ? null : readString(view, key);
}

function equals(view: ByteView, start: number, word: string): boolean {
  for (let i = 0; i < word.length; i += 1) {
    if (view.at(start + i) !== word.charCodeAt(i)) return false;
  }
  return true;
}

/** `true` or `false` as written; `null` for anything else: what the upstream makes of it shows in its answer. */
export function readBoolean(view: ByteView, span: Span): boolean | null {
  const text = readScalar(view, span);
  return text === "true" ? true : text === "false" ? false : null;
}

const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** A whole number of tokens; `null` for what cannot be one: negative, fractional, 1e400, a string. */
export function readTokenLimit(view: ByteView, span: Span): number | null {
  const text = readScalar(view, span);
  if (text === null || !JSON_NUMBER.test(text)) return null;
  const value = Number(text);
  return Number.isSafeInteger(value) && value >= 0 ? value + 0 : null;
}

function readScalar(view: ByteView, span: Span): string | null {
  return span.end - span.start > 32 ? null : readText(view, span);
}

/** Longer than Claude Code's by far. */
const LONGEST_METADATA = 8192;

/** `user_id` of a `metadata` value; `null` where there is none, or the value is too long to be one. */
export function readUserId(view: ByteView, span: Span): string | null {
  if (span.end - span.start > LONGEST_METADATA) return null;
  const text = readText(view, span);
  if (text === null) return null;
  try {
    const value: { user_id?: unknown } | null = JSON.parse(text);
    return typeof value?.user_id === "string" ? value.user_id : null;
  } catch {
    return null;
  }
}

/** Of a system prompt, what tells it from another one. */
const MOST_SYSTEM_TEXTS = 3;
const LONGEST_SYSTEM_TEXT = 400;
const LONGEST_SYSTEM = 8192;

/** How the first texts of a `system` value begin; `null` where it is too long to be read here, or is none. */
export function readSystem(view: ByteView, span: Span): readonly string[] | null {
  if (span.end - span.start > LONGEST_SYSTEM) return null;
  const text = readText(view, span);
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    const blocks: readonly unknown[] = Array.isArray(value) ? value.slice(0, MOST_SYSTEM_TEXTS) : [value];
    return blocks.map(textOfBlock).filter((part) => part !== null);
  } catch {
    return null;
  }
}

function textOfBlock(block: unknown): string | null {
  const text = typeof block === "object" && block !== null && "text" in block ? block.text : block;
  return typeof text === "string" ? text.slice(0, LONGEST_SYSTEM_TEXT) : null;
}

/** Whether a `tools` value offers any. */
export function offersTools(view: ByteView, span: Span): boolean {
  return view.at(span.start) === OPEN_BRACKET && view.at(skipSpace(view, span.start + 1)) !== CLOSE_BRACKET;
}
