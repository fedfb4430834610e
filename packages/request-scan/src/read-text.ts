import type { ByteView } from "./byte-view.ts";
import type { Span } from "./member.ts";

/**
 * Reads a short JSON string token (its quotes included) as the text it stands for.
 *
 * @returns `null` when the bytes are not valid UTF-8 or the token is not a valid JSON string.
 */
export function readString(view: ByteView, span: Span): string | null {
  const token = readText(view, span);
  if (token === null) return null;
  if (PLAIN.test(token)) return token.slice(1, -1);
  try {
    const value: unknown = JSON.parse(token);
    return typeof value === "string" ? value : null;
  } catch {
    return null;
  }
}

/** A string token that stands for exactly the characters between its quotes. */
const PLAIN = /^"[ !#-[\]-~]*"$/;

/** The characters of a span, or `null` when its bytes are not valid UTF-8. */
export function readText(view: ByteView, { start, end }: Span): string | null {
  const text = view.latin1(start, end);
  return ASCII.test(text) ? text : decodeUtf8(text);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are ASCII too; which of them may stand there is JSON's to say.
const ASCII = /^[\x00-\x7f]*$/;

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
