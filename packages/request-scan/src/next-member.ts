import {
  AFTER_SCALAR,
  BACKSLASH,
  CLOSE_BRACE,
  COLON,
  COMMA,
  isSpace,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  STRUCTURE,
} from "./ascii.ts";
import type { ByteView } from "./byte-view.ts";
import { BROKEN, LIMIT, MAX_DEPTH, type MemberStep, TOO_DEEP } from "./member.ts";

/** What a skip returns instead of a position. */
const NOT_JSON = -1;
const DEEPER = -2;

/**
 * Reads the next key and value of the outermost object, forwards. Values are stepped over, not checked: what is
 * exact here is where each one ends in valid JSON.
 *
 * @param position After the opening brace (`first`), or after the value before.
 * @param reach `scalars`: a list or object, which may be all of the conversation, is not stepped over.
 * @returns `end` with the position after the closing brace when no member follows; `limit` before what is out of reach.
 */
export function nextMember(
  view: ByteView,
  position: number,
  first: boolean,
  reach: "all" | "scalars" = "all",
): MemberStep {
  let at = skipSpace(view, position);
  const byte = view.at(at);
  if (byte === CLOSE_BRACE) return { kind: "end", position: at + 1 };
  if (!first) {
    if (byte !== COMMA) return BROKEN;
    at = skipSpace(view, at + 1);
  }
  if (view.at(at) !== QUOTE) return BROKEN;
  const keyEnd = skipString(view, at);
  if (keyEnd < 0) return BROKEN;
  const colon = skipSpace(view, keyEnd);
  if (view.at(colon) !== COLON) return BROKEN;
  const start = skipSpace(view, colon + 1);
  if (reach === "scalars" && isContainer(view.at(start))) return LIMIT;
  const end = skipValue(view, start);
  if (end < 0) return end === DEEPER ? TOO_DEEP : BROKEN;
  return { kind: "member", member: { key: { start: at, end: keyEnd }, value: { start, end } } };
}

export function isContainer(byte: number): boolean {
  return byte === OPEN_BRACE || byte === OPEN_BRACKET;
}

/** The first position at or after `position` that is not white space. */
export function skipSpace(view: ByteView, position: number): number {
  let at = position;
  while (isSpace(view.at(at))) at += 1;
  return at;
}

/** @returns The position after the value, or a negative number for what is no JSON or too deep. */
export function skipValue(view: ByteView, start: number): number {
  const byte = view.at(start);
  if (byte === QUOTE) return skipString(view, start);
  if (isContainer(byte)) return skipContainer(view, start);
  const end = view.find(AFTER_SCALAR, start);
  return end === start ? NOT_JSON : end;
}

/** @param start Position of the opening quote. @returns The position after the closing one, or a negative number. */
export function skipString(view: ByteView, start: number): number {
  let quote = view.indexOf(QUOTE, start + 1);
  while (quote >= 0 && isEscaped(view, quote)) quote = view.indexOf(QUOTE, quote + 1);
  return quote < 0 ? NOT_JSON : quote + 1;
}

/** Whether an odd run of backslashes stands before a quote: only then does it belong to the string around it. */
export function isEscaped(view: ByteView, quote: number): boolean {
  let before = quote - 1;
  while (view.at(before) === BACKSLASH) before -= 1;
  return (quote - before) % 2 === 0;
}

function skipContainer(view: ByteView, start: number): number {
  // The outermost object is level 1.
  let depth = 1;
  let at = start;
  while (at >= 0) {
    const byte = view.at(at);
    if (byte === QUOTE) {
      at = skipString(view, at);
      if (at < 0) return at;
    } else {
      at += 1;
      depth += byte === OPEN_BRACE || byte === OPEN_BRACKET ? 1 : -1;
      if (depth > MAX_DEPTH) return DEEPER;
      if (depth === 1) return at;
    }
    at = view.find(STRUCTURE, at);
  }
  return NOT_JSON;
}
