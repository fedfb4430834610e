import { BACKSLASH } from "../ascii.ts";
import type { ByteView } from "../byte-view.ts";
import type { Span } from "../member.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const NONE = 0xff;
/** Six bits by character, for both alphabets. */
const SIX_BITS: Uint8Array = new Uint8Array(256).fill(NONE);
for (let bits = 0; bits < ALPHABET.length; bits += 1) SIX_BITS[ALPHABET.charCodeAt(bits)] = bits;
SIX_BITS["-".charCodeAt(0)] = 62;
SIX_BITS["_".charCodeAt(0)] = 63;

/**
 * Reads bytes at any place of a base64 string, decoding only those.
 *
 * @param span The characters between the quotes.
 * @returns `null` outside the data, and where a character is none of base64 (an escape moves all that follow it).
 */
export function readBase64(view: ByteView, span: Span, offset: number, count: number): Uint8Array | null {
  const bytes = new Uint8Array(count);
  for (let i = 0; i < count; i += 1) {
    const at = offset + i;
    const first = span.start + Math.floor(at / 3) * 4 + (at % 3);
    if (first + 1 >= span.end) return null;
    const high = SIX_BITS[view.at(first)] ?? NONE;
    const low = SIX_BITS[view.at(first + 1)] ?? NONE;
    if (high === NONE || low === NONE) return null;
    // Byte 0 of three is 6 + 2 bits, byte 1 is 4 + 4, byte 2 is 2 + 6.
    const shift = 2 * (at % 3) + 2;
    bytes[i] = ((high << shift) | (low >> (6 - shift))) & 0xff;
  }
  return bytes;
}

/** Whether some character is written as an escape, as PHP writes `/`: places in it cannot be reckoned then. */
export function hasEscapes(view: ByteView, { start, end }: Span): boolean {
  const at = view.indexOf(BACKSLASH, start);
  return at >= 0 && at < end;
}
