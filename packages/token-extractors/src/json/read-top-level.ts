import { asObject, parseJson } from "./values.ts";

/** How far back from the end a member is looked for before the whole text is parsed instead. */
const TAIL_CHARS = 16_384;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/**
 * The value of one member of the root object, as `JSON.parse(text)[key]` would give it.
 *
 * Walks backwards from the end, so that a usage object behind 70 KB of content costs a microsecond. Strings are
 * stepped over and depth is counted: a member of the same name inside content or a tool's input is never taken.
 * Of duplicates the last one counts, as in `JSON.parse`.
 *
 * @param text A complete JSON document. For one that is cut off the answer may be wrong; it never throws.
 * @returns `undefined` when the text is no JSON object or has no such member.
 */
export function readTopLevel(text: string, key: string): unknown {
  const found = sliceFromTail(text, key);
  const value = found === null ? undefined : parseJson(found);
  if (value !== undefined) return value;
  const root = asObject(parseJson(text));
  return root !== null && Object.hasOwn(root, key) ? root[key] : undefined;
}

/** The text of the member's value, or `null` when it is not within the tail. */
function sliceFromTail(text: string, key: string): string | null {
  const floor = Math.max(0, text.length - TAIL_CHARS);
  let depth = 0;
  let memberEnd = -1;
  let colon = -1;
  for (let i = text.length - 1; i >= floor; i -= 1) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) {
      const open = openingQuote(text, i);
      if (colon !== -1 && isKey(text.slice(open, i + 1), key)) {
        return text.slice(colon + 1, memberEnd);
      }
      i = open;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      depth += 1;
      if (depth === 1) memberEnd = i;
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      depth -= 1;
      if (depth <= 0) return null;
    } else if (depth === 1 && code === COMMA) {
      memberEnd = i;
      colon = -1;
    } else if (depth === 1 && code === COLON) {
      colon = i;
    }
  }
  return null;
}

/** The quote that opens the string closed at `close`: the nearest one before it that is not escaped; else -1. */
function openingQuote(text: string, close: number): number {
  let at = close;
  while (at > 0) {
    at = text.lastIndexOf('"', at - 1);
    if (at < 0) return -1;
    let backslashes = 0;
    while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return at;
  }
  return -1;
}

function isKey(quoted: string, key: string): boolean {
  return quoted === `"${key}"` || (quoted.includes("\\") && parseJson(quoted) === key);
}
