import { type ByteSet, byteSet } from "./byte-view.ts";

export const QUOTE = 0x22;
export const BACKSLASH = 0x5c;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;
export const OPEN_BRACKET = 0x5b;
export const CLOSE_BRACKET = 0x5d;

const SPACES = [0x20, 0x0a, 0x0d, 0x09] as const;

export const QUOTES: ByteSet = byteSet(QUOTE);
export const BACKSLASHES: ByteSet = byteSet(BACKSLASH);
/** What opens or closes anything. */
export const STRUCTURE: ByteSet = byteSet(QUOTE, OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET);
/** What ends a number or a literal, and what can stand before one. */
export const AFTER_SCALAR: ByteSet = byteSet(...SPACES, QUOTE, COMMA, CLOSE_BRACE, CLOSE_BRACKET);
export const BEFORE_SCALAR: ByteSet = byteSet(...SPACES, QUOTE, COMMA, COLON);

/** The four bytes that JSON allows between tokens. */
export function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
