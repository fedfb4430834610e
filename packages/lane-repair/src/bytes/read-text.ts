import type { ByteView } from "./byte-view.ts";
import type { Span } from "./pieces.ts";

/**
 * Reads a JSON string token (its quotes included) as the text it stands for.
 *
 * @returns `null` when the bytes are no valid UTF-8 or no valid JSON string.
 */
export function readString(view: ByteView, span: Span): string | null {
  const token = readText(view, span);
  if (token === null) return null;
  if (PLAIN.test(token)) return token.slice(1, -1);
  const value = parseJson(token);
  return typeof value === "string" ? value : null;
}

/** Reads a small JSON object. @returns `null` for any other value. */
export function readObject(view: ByteView, span: Span): Readonly<Record<string, unknown>> | null {
  const text = readText(view, span);
  const value = text === null ? null : parseJson(text);
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? (value as Record<string, unknown>) : null;
}

/** The value of a JSON text; `undefined`, which no JSON text stands for, when it is invalid. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The characters of a span, or `null` when its bytes are no valid UTF-8. */
export function readText(view: ByteView, { start, end }: Span): string | null {
  let text = "";
  view.forEachChunk(start, end, (bytes) => {
    text += latin1(bytes);
  });
  return BEYOND_ASCII.test(text) ? decodeUtf8(text) : text;
}

/** Each byte as the character of the same number. */
function latin1(bytes: Uint8Array): string {
  let text = "";
  if (bytes.length <= SHORT) {
    for (const byte of bytes) text += String.fromCharCode(byte);
    return text;
  }
  for (let at = 0; at < bytes.length; at += STRIDE) {
    text += Reflect.apply(String.fromCharCode, null, bytes.subarray(at, at + STRIDE));
  }
  return text;
}

/** Up to here adding character by character is faster. */
const SHORT = 48;
/** Arguments of one call: far below every engine's limit. */
const STRIDE = 4096;
/** A string token that stands for exactly the characters between its quotes. */
const PLAIN = /^"[ !#-[\]-~]*"$/;
const BEYOND_ASCII = /[\x80-\xff]/;

/** `decodeURIComponent` is the one strict UTF-8 decoder of the language itself; a `TextDecoder` belongs to hosts. */
function decodeUtf8(bytes: string): string | null {
  try {
    return decodeURIComponent(bytes.replace(/[%\x80-\xff]/g, percent));
  } catch {
    return null;
  }
}

function percent(byte: string): string {
  return `%${byte.charCodeAt(0).toString(16).padStart(2, "0")}`;
}
