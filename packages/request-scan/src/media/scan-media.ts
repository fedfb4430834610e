import { COLON, COMMA, OPEN_BRACE, QUOTE, STRUCTURE } from "../ascii.ts";
import { ByteView } from "../byte-view.ts";
import { MAX_DEPTH, type Span } from "../member.ts";
import { isContainer, skipSpace, skipString, skipValue } from "../next-member.ts";
import { objectStart } from "../scan-request.ts";
import { documentTokens, type MediaSize, type MediaTokens, NO_MEDIA, pictureTokens } from "./media-size.ts";
import { mentionsWord } from "./mentions-word.ts";
import { readPicture } from "./read-picture.ts";

/** Members of the request that hold blocks of content. */
const SPOKEN: ReadonlySet<string> = new Set(["messages", "system"]);
/** What a tool was called with is text, whatever it looks like. */
const WRITTEN = "input";
/** Longest key and longest `type` that are looked at. */
const LONGEST_WORD = 24;
/** Nobody needs the head of a data URL to be longer. */
const LONGEST_URL_HEAD = 128;

/** An object or list that is open, with what was read of it. */
interface Frame {
  readonly key: string;
  readonly isObject: boolean;
  type: string;
  data: Span | null;
  url: Span | null;
  source: Frame | null;
}

/**
 * Sizes the pictures and documents of a Messages request, wherever they stand: in messages, in results of tools, in
 * documents made of blocks. What only looks like one, in a text or in a tool's input, is text.
 *
 * One walk over the bytes; encoded data is stepped over, and only a picture's header is decoded.
 *
 * @returns What was found up to where the body stops being JSON; nothing for a body without any.
 */
export function scanMedia(chunks: readonly Uint8Array[]): MediaSize {
  // Most requests have none, and text cannot hold the key: its quotes are escaped there.
  if (!mentionsWord(chunks, '"source"')) return NO_MEDIA;
  const view = new ByteView(chunks);
  const start = objectStart(view);
  if (view.at(start) !== OPEN_BRACE) return NO_MEDIA;
  return new MediaWalk(view).walk(start + 1);
}

class MediaWalk {
  readonly #view: ByteView;
  readonly #open: Frame[] = [openFrame("", true)];
  #size: MediaSize = NO_MEDIA;

  constructor(view: ByteView) {
    this.#view = view;
  }

  walk(from: number): MediaSize {
    for (let at = from; at >= 0; ) {
      at = this.#view.find(STRUCTURE, at);
      if (at < 0) break;
      const byte = this.#view.at(at);
      if (byte === QUOTE) at = this.#string(at);
      else if (isContainer(byte)) at = this.#enter("", byte, at);
      else at = this.#leave(at);
    }
    return this.#size;
  }

  #enter(key: string, byte: number, at: number): number {
    if (this.#open.length >= MAX_DEPTH) return -1;
    this.#open.push(openFrame(key, byte === OPEN_BRACE));
    return at + 1;
  }

  #leave(at: number): number {
    const frame = this.#open.pop();
    const parent = this.#open.at(-1);
    if (frame === undefined || parent === undefined) return -1;
    if (frame.key === "source") parent.source = frame;
    else if (frame.source !== null && (frame.type === "image" || frame.type === "document"))
      this.#add(frame.type, frame.source);
    return at + 1;
  }

  /** Steps over a string, or over a key and the plain value behind it. */
  #string(start: number): number {
    const view = this.#view;
    const end = skipString(view, start);
    const frame = this.#open.at(-1);
    if (end < 0 || frame === undefined || !frame.isObject) return end;
    const colon = skipSpace(view, end);
    if (view.at(colon) !== COLON) return end;
    const valueAt = skipSpace(view, colon + 1);
    const byte = view.at(valueAt);
    const key = this.#word({ start: start + 1, end: end - 1 });
    if (isContainer(byte)) {
      const isText = this.#open.length === 1 ? !SPOKEN.has(key) : key === WRITTEN;
      return isText ? skipValue(view, valueAt) : this.#enter(key, byte, valueAt);
    }
    if (byte !== QUOTE) return valueAt;
    const valueEnd = skipString(view, valueAt);
    if (valueEnd < 0) return valueEnd;
    const span = { start: valueAt + 1, end: valueEnd - 1 };
    if (key === "type") frame.type = this.#word(span);
    else if (key === "data") frame.data = span;
    else if (key === "url") frame.url = span;
    return valueEnd;
  }

  #word({ start, end }: Span): string {
    return end - start > LONGEST_WORD ? "" : this.#view.latin1(start, end);
  }

  #add(kind: "image" | "document", source: Frame): void {
    const { type, data, url } = source;
    // What is given as text, or as blocks that were met on the way, is counted as what it is.
    if (type === "text" || type === "content") return;
    const held = data ?? (url !== null && this.#isDataUrl(url) ? url : null);
    const encoded = held === null ? null : this.#withoutUrlHead(held);
    const length = encoded === null ? 0 : encoded.end - encoded.start;
    const { tokens, leastTokens } = this.#tokens(kind, encoded);
    this.#size = {
      bytes: this.#size.bytes + length,
      tokens: this.#size.tokens + tokens,
      leastTokens: this.#size.leastTokens + leastTokens,
      elsewhere: this.#size.elsewhere + (encoded === null ? 1 : 0),
    };
  }

  #tokens(kind: "image" | "document", encoded: Span | null): MediaTokens {
    if (kind === "image") return pictureTokens(encoded === null ? null : readPicture(this.#view, encoded));
    return documentTokens(encoded === null ? null : ((encoded.end - encoded.start) * 3) / 4);
  }

  #isDataUrl({ start }: Span): boolean {
    return this.#view.latin1(start, start + 5) === "data:";
  }

  #withoutUrlHead(span: Span): Span {
    if (!this.#isDataUrl(span)) return span;
    const comma = this.#view.indexOf(COMMA, span.start);
    const isHead = comma >= 0 && comma < span.end && comma - span.start <= LONGEST_URL_HEAD;
    return isHead ? { start: comma + 1, end: span.end } : span;
  }
}

function openFrame(key: string, isObject: boolean): Frame {
  return { key, isObject, type: "", data: null, url: null, source: null };
}
