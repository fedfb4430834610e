import {
  BEFORE_SCALAR,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  isSpace,
  QUOTE,
  QUOTES,
  STRUCTURE,
} from "./ascii.ts";
import type { ByteView } from "./byte-view.ts";
import { BROKEN, LIMIT, MAX_DEPTH, type MemberStep, TOO_DEEP } from "./member.ts";
import { isEscaped } from "./next-member.ts";

/** What a skip returns instead of a position. */
const BELOW_FLOOR = -1;
const DEEPER = -2;

/**
 * Reads the last key and value of the outermost object that ends before `end`, backwards, together with the comma
 * before it. Exact for valid JSON: inside a string every quote has an odd run of backslashes before it, and a
 * string's own two quotes have none or an even one, so walking from outside a string finds where it began.
 *
 * @param end The closing brace of the object, or the comma before the member read last.
 * @param floor No byte below it is taken as part of a member: what was read from the front, or the budget.
 * @returns `end` when nothing but white space lies between `floor` and `end`.
 */
export function previousMember(view: ByteView, end: number, floor: number): MemberStep {
  const last = backOverSpace(view, end - 1, floor);
  if (last < floor) return { kind: "end", position: floor };
  const start = valueStart(view, last, floor);
  if (start < 0) return start === DEEPER ? TOO_DEEP : LIMIT;
  const colon = backOverSpace(view, start - 1, floor);
  if (colon < floor) return LIMIT;
  if (view.at(colon) !== COLON) return BROKEN;
  const keyLast = backOverSpace(view, colon - 1, floor);
  if (keyLast < floor) return LIMIT;
  if (view.at(keyLast) !== QUOTE) return BROKEN;
  const keyStart = stringStart(view, keyLast, floor);
  if (keyStart < 0) return LIMIT;
  return {
    kind: "member",
    member: { key: { start: keyStart, end: keyLast + 1 }, value: { start, end: last + 1 } },
  };
}

/** The comma before a member, or -1 where something else stands (or nothing, down to `floor`). */
export function commaBefore(view: ByteView, position: number, floor: number): number {
  const at = backOverSpace(view, position - 1, floor);
  return at >= floor && view.at(at) === COMMA ? at : -1;
}

function backOverSpace(view: ByteView, position: number, floor: number): number {
  let at = position;
  while (at >= floor && isSpace(view.at(at))) at -= 1;
  return at;
}

function valueStart(view: ByteView, last: number, floor: number): number {
  const byte = view.at(last);
  if (byte === QUOTE) return stringStart(view, last, floor);
  if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) return containerStart(view, last, floor);
  const before = view.findBack(BEFORE_SCALAR, last, floor);
  return before < 0 ? BELOW_FLOOR : before + 1;
}

/** @param last Position of the closing quote. @returns The position of the opening one. */
function stringStart(view: ByteView, last: number, floor: number): number {
  let quote = view.findBack(QUOTES, last - 1, floor);
  while (quote >= 0 && isEscaped(view, quote)) quote = view.findBack(QUOTES, quote - 1, floor);
  return quote < 0 ? BELOW_FLOOR : quote;
}

function containerStart(view: ByteView, last: number, floor: number): number {
  // The outermost object is level 1.
  let depth = 1;
  let at = last;
  while (at >= 0) {
    const byte = view.at(at);
    if (byte === QUOTE) {
      at = stringStart(view, at, floor);
      if (at < 0) return at;
    } else {
      depth += byte === CLOSE_BRACE || byte === CLOSE_BRACKET ? 1 : -1;
      if (depth > MAX_DEPTH) return DEEPER;
      if (depth === 1) return at;
    }
    at = view.findBack(STRUCTURE, at - 1, floor);
  }
  return BELOW_FLOOR;
}
