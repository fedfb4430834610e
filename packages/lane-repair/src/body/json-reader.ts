import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  CR,
  LF,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  SPACE,
  TAB,
} from "../bytes/ascii.ts";
import { type ByteSet, type ByteView, byteSet } from "../bytes/byte-view.ts";
import type { NameTable } from "../bytes/name-table.ts";

/**
 * Why a body could not be read.
 * - `not_json`: it is no JSON object, or breaks off
 * - `too_deep`: more than 128 levels
 * - `too_many`: more messages and blocks than any client sends
 * - `duplicate_key`: a top-level field that repairs read stands twice, and parsers differ in which one they take
 */
export type BodyIssue = "not_json" | "too_deep" | "too_many" | "duplicate_key";

/** Levels of objects and arrays, the outermost included. Real requests stay below 20; parsers recurse. */
const MAX_DEPTH = 128;
/** Longer names are none that a repair knows. */
const MAX_KEY_BYTES = 256;

/** What opens or closes anything. */
const STRUCTURE: ByteSet = byteSet(QUOTE, OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET);
/** What ends a number or a literal. */
const AFTER_SCALAR: ByteSet = byteSet(SPACE, LF, CR, TAB, QUOTE, COMMA, CLOSE_BRACE, CLOSE_BRACKET);

/**
 * Walks over JSON forwards, stepping into the objects and arrays that it is told to and over all else. Values that
 * are stepped over are not checked; what is exact for valid JSON is where each one ends.
 *
 * At the first fault it stops: `next` and `enter` then answer false for good, so that every walk comes to its end.
 */
export class JsonReader {
  readonly view: ByteView;
  position: number;
  /** Where the step to the current item began: after the item before, or after the opening bracket. */
  gap: number;
  fault: BodyIssue | null = null;
  #depth = 0;

  constructor(view: ByteView, position: number) {
    this.view = view;
    this.position = position;
    this.gap = position;
  }

  /** Steps into the object or array that begins here. */
  enter(open: number): boolean {
    if (this.fault !== null || this.view.at(this.position) !== open) return false;
    this.position += 1;
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) this.fault = "too_deep";
    return true;
  }

  /**
   * Moves to the next item of the object or array that was entered, over the comma before it.
   *
   * @param first Whether no item has been read yet.
   * @returns False when there is none: the reader then stands behind the closing bracket.
   */
  next(close: number, first: boolean): boolean {
    if (this.fault !== null) return false;
    this.gap = this.position;
    this.skipSpace();
    const byte = this.view.at(this.position);
    if (byte === close) {
      this.position += 1;
      this.#depth -= 1;
      return false;
    }
    if (!first) {
      if (byte !== COMMA) return this.#fail();
      this.position += 1;
      this.skipSpace();
    }
    return true;
  }

  /**
   * Reads a member's key and moves to its value.
   *
   * @param names Names that are expected: these cost least.
   * @returns `null` for a name too long to be a known one.
   */
  key(names: NameTable<string>): string | null {
    const start = this.position;
    if (this.view.at(start) !== QUOTE) return this.#failKey();
    const end = this.view.stringEnd(start);
    if (end < 0) return this.#failKey();
    this.position = end;
    this.skipSpace();
    if (this.view.at(this.position) !== COLON) return this.#failKey();
    this.position += 1;
    this.skipSpace();
    return end - start > MAX_KEY_BYTES ? null : names.read(this.view, { start, end });
  }

  skipSpace(): void {
    let at = this.position;
    for (;;) {
      const byte = this.view.at(at);
      if (byte !== SPACE && byte !== LF && byte !== CR && byte !== TAB) break;
      at += 1;
    }
    this.position = at;
  }

  skipValue(): void {
    if (this.fault !== null) return;
    const { view, position } = this;
    const byte = view.at(position);
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      this.#skipContainer();
      return;
    }
    const end = byte === QUOTE ? view.stringEnd(position) : view.find(AFTER_SCALAR, position);
    if (end <= position) this.#fail();
    else this.position = end;
  }

  #skipContainer(): void {
    const { view } = this;
    const outer = this.#depth;
    let depth = outer;
    let at = this.position;
    while (at >= 0) {
      const byte = view.at(at);
      if (byte === QUOTE) {
        at = view.stringEnd(at);
        if (at < 0) break;
      } else {
        at += 1;
        depth += byte === OPEN_BRACE || byte === OPEN_BRACKET ? 1 : -1;
        if (depth > MAX_DEPTH) {
          this.fault = "too_deep";
          return;
        }
        if (depth === outer) {
          this.position = at;
          return;
        }
      }
      at = view.find(STRUCTURE, at);
    }
    this.#fail();
  }

  #fail(): false {
    this.fault ??= "not_json";
    return false;
  }

  #failKey(): null {
    this.#fail();
    return null;
  }
}
