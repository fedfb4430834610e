import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COMMA,
  jsonString,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
} from "../bytes/ascii.ts";
import { parseJson } from "../bytes/read-text.ts";
import type { HeldOutput } from "./held-output.ts";

/**
 * Asked where a string value begins.
 *
 * @param depth 1 for a member of the outermost object.
 * @returns What gives the new text for the old one (`null`: it stays); `null` when the value is of no interest.
 */
export type StringRule = (
  depth: number,
  key: string,
  parentKey: string,
) => ((text: string) => string | null) | null;

const MAX_DEPTH = 128;
/** Longer keys are of no interest, longer values are let by as they are. */
const MAX_KEY_CHARS = 64;
const MAX_TOKEN_BYTES = 4096;

type Place = "between" | "key" | "string" | "held";

/** Walks over JSON that comes in pieces, and lets chosen string values be replaced. Keeps no more than one of them. */
export class StringWalker {
  readonly #rule: StringRule;
  readonly #out: HeldOutput;
  #place: Place = "between";
  #escaped = false;
  #keyNext = false;
  #key = "";
  #depth = 0;
  /** By depth: whether it is an object, and the key that was read last in it. */
  #isObject: boolean[] = [];
  #keys: string[] = [];
  #change: ((text: string) => string | null) | null = null;
  /** What follows is no JSON that can be read. */
  #lost = false;

  constructor(rule: StringRule, out: HeldOutput) {
    this.#rule = rule;
    this.#out = out;
  }

  /** Ready for the next JSON value; what was held of an unfinished one goes on as it came. */
  reset(): void {
    this.#out.release();
    this.#place = "between";
    this.#escaped = false;
    this.#keyNext = false;
    this.#depth = 0;
    this.#isObject = [];
    this.#keys = [];
    this.#lost = false;
  }

  /** A raw line break cannot stand in a JSON string: one that is still open never ends. */
  breakLine(): void {
    if (this.#place === "between") return;
    this.#out.release();
    this.#lost = true;
  }

  feed(chunk: Uint8Array, from: number, to: number): void {
    let i = from;
    while (i < to && !this.#lost) {
      if (this.#place === "between") this.#readBetween(chunk[i] ?? 0, i);
      else this.#readString(chunk[i] ?? 0, i);
      i += 1;
    }
    if (this.#place === "held" && this.#out.heldBytes(to) > MAX_TOKEN_BYTES) {
      this.#out.release();
      this.#place = "string";
    }
  }

  #readBetween(byte: number, at: number): void {
    switch (byte) {
      case QUOTE:
        this.#openString(at);
        break;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        this.#depth += 1;
        this.#isObject[this.#depth] = byte === OPEN_BRACE;
        this.#keys[this.#depth] = "";
        this.#keyNext = byte === OPEN_BRACE;
        this.#lost = this.#depth > MAX_DEPTH;
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        this.#depth -= 1;
        this.#keyNext = false;
        this.#lost = this.#depth < 0;
        break;
      case COMMA:
        this.#keyNext = this.#isObject[this.#depth] === true;
    }
  }

  #openString(at: number): void {
    if (this.#keyNext) {
      this.#place = "key";
      this.#key = "";
      return;
    }
    const depth = this.#depth;
    const isMember = this.#isObject[depth] === true;
    this.#change = isMember ? this.#rule(depth, this.#keys[depth] ?? "", this.#keys[depth - 1] ?? "") : null;
    this.#place = this.#change === null ? "string" : "held";
    if (this.#place === "held") this.#out.hold(at);
  }

  #readString(byte: number, at: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (byte === BACKSLASH) this.#escaped = true;
    else if (byte === QUOTE) {
      this.#closeString(at + 1);
      return;
    }
    if (this.#place === "key" && this.#key.length <= MAX_KEY_CHARS) this.#key += String.fromCharCode(byte);
  }

  #closeString(end: number): void {
    if (this.#place === "key") {
      this.#keys[this.#depth] = plainKey(this.#key);
      this.#keyNext = false;
    } else if (this.#place === "held") {
      const text = this.#out.heldBytes(end) > MAX_TOKEN_BYTES ? null : this.#out.text(end);
      const changed = text === null ? null : (this.#change?.(text) ?? null);
      if (changed === null) this.#out.release();
      else this.#out.replace(end, jsonString(changed));
    }
    this.#place = "between";
  }
}

function plainKey(raw: string): string {
  if (!raw.includes("\\")) return raw;
  const key = parseJson(`"${raw}"`);
  return typeof key === "string" ? key : "";
}
