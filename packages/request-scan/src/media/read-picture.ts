import type { ByteView } from "../byte-view.ts";
import type { Span } from "../member.ts";
import type { Picture } from "./media-size.ts";
import { hasEscapes, readBase64 } from "./read-base64.ts";

/** Longest side that any of the formats can mean in earnest. */
const MOST_PIXELS = 100_000;
/** Segments before the frame of a JPEG: metadata, profiles, tables. */
const MOST_SEGMENTS = 64;

type ReadBytes = (offset: number, count: number) => Uint8Array | null;

/**
 * Width and height of a picture in base64, from its header alone: PNG, GIF, WebP or JPEG.
 *
 * @param span The characters between the quotes.
 * @returns `null` for any other format, and for a header that cannot be read.
 */
export function readPicture(view: ByteView, span: Span): Picture | null {
  const read: ReadBytes = (offset, count) => readBase64(view, span, offset, count);
  const head = read(0, 4);
  if (head === null) return null;
  const picture = readByFormat(u32(head, 0), read, () => hasEscapes(view, span));
  return picture !== null && isPlausible(picture.width) && isPlausible(picture.height) ? picture : null;
}

function readByFormat(magic: number, read: ReadBytes, isEscaped: () => boolean): Picture | null {
  if (magic === 0x89504e47) return readPng(read);
  if (magic === 0x47494638) return readGif(read);
  if (magic === 0x52494646) return readWebp(read);
  return magic >>> 8 === 0xffd8ff && !isEscaped() ? readJpeg(read) : null;
}

function isPlausible(pixels: number): boolean {
  return pixels >= 1 && pixels <= MOST_PIXELS;
}

function readPng(read: ReadBytes): Picture | null {
  const size = read(16, 8);
  return size && { width: u32(size, 0), height: u32(size, 4) };
}

function readGif(read: ReadBytes): Picture | null {
  const size = read(6, 4);
  return size && { width: u16le(size, 0), height: u16le(size, 2) };
}

function readWebp(read: ReadBytes): Picture | null {
  const head = read(8, 22);
  if (head === null) return null;
  switch (u32(head, 4)) {
    case 0x56503820: // "VP8 "
      return { width: u16le(head, 18) & 0x3fff, height: u16le(head, 20) & 0x3fff };
    case 0x5650384c: {
      // "VP8L": two sides of 14 bits, less one, behind a signature
      const bits = u16le(head, 13) | (u16le(head, 15) << 16);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 0x56503858: // "VP8X"
      return { width: u24le(head, 16) + 1, height: u24le(head, 19) + 1 };
    default:
      return null;
  }
}

/** Steps from segment to segment to the one that opens the frame. */
function readJpeg(read: ReadBytes): Picture | null {
  let at = 2;
  for (let segments = 0; segments < MOST_SEGMENTS; segments += 1) {
    const head = read(at, 9);
    if (head === null || head[0] !== 0xff) return null;
    const marker = head[1] ?? 0;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return { width: u16(head, 7), height: u16(head, 5) };
    const length = u16(head, 2);
    if (length < 2 || marker === 0xda) return null;
    at += 2 + length;
  }
  return null;
}

function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function u32(bytes: Uint8Array, at: number): number {
  return ((u16(bytes, at) << 16) | u16(bytes, at + 2)) >>> 0;
}

function u16le(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}

function u24le(bytes: Uint8Array, at: number): number {
  return u16le(bytes, at) | ((bytes[at + 2] ?? 0) << 16);
}
