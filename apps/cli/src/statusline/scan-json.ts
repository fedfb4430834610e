/** A member of the outermost object: where its key and its value stand in the text. */
export interface JsonMember {
  readonly key: string;
  readonly keyStart: number;
  readonly valueStart: number;
  /** Behind the value's last character. */
  readonly valueEnd: number;
}

export type JsonScan =
  | {
      readonly success: true;
      readonly members: readonly JsonMember[];
      /** Of the outermost braces. */
      readonly open: number;
      readonly close: number;
    }
  | { readonly success: false; readonly offset: number; readonly expected: string };

/**
 * Finds the members of a JSON object in its text, so that one of them can be changed and the rest stays as it was typed.
 * Node's own parser tells no places, and repeats the text around a fault, which may be a key.
 *
 * @returns The first fault with its place, where the text is no JSON object.
 */
export function scanJson(text: string): JsonScan {
  const members: JsonMember[] = [];
  try {
    const open = blank(text, text.startsWith("\uFEFF") ? 1 : 0);
    if (text[open] !== "{") throw new Fault(open, "{");
    const end = scanObject(text, open, 0, (member) => members.push(member));
    const rest = blank(text, end);
    if (rest < text.length) throw new Fault(rest, "the end of the file");
    return { success: true, members, open, close: end - 1 };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { success: false, offset: error.offset, expected: error.expected };
  }
}

/** 1-based line and column of an offset. */
export function placeOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

class Fault extends Error {
  readonly offset: number;
  readonly expected: string;

  constructor(offset: number, expected: string) {
    super(expected);
    this.offset = offset;
    this.expected = expected;
  }
}

/** Deeper than anything a person writes; each level is a call. */
const MAX_DEPTH = 200;
/** All but quote, backslash and what stands before the blank in Unicode. */
const STRING = /"(?:[ !#-[\]-\u{10ffff}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy;
const NUMBER_OR_WORD = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const BLANK = /[ \t\r\n]*/y;

function blank(text: string, at: number): number {
  return matchEnd(BLANK, text, at) ?? at;
}

function matchEnd(pattern: RegExp, text: string, at: number): number | null {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : null;
}

/** @returns The offset behind the value. */
function scanValue(text: string, at: number, depth: number): number {
  if (text[at] === "{") return scanObject(text, at, depth, () => {});
  if (text[at] === "[") return scanArray(text, at, depth);
  const end = text[at] === '"' ? scanString(text, at) : matchEnd(NUMBER_OR_WORD, text, at);
  if (end === null) throw new Fault(at, "a value");
  return end;
}

function scanString(text: string, at: number): number {
  const end = matchEnd(STRING, text, at);
  if (end === null) throw new Fault(at, "a complete text in quotes");
  return end;
}

function scanObject(text: string, open: number, depth: number, found: (member: JsonMember) => void): number {
  if (depth > MAX_DEPTH) throw new Fault(open, "fewer levels");
  let at = blank(text, open + 1);
  if (text[at] === "}") return at + 1;
  for (;;) {
    if (text[at] !== '"') throw new Fault(at, "a key in quotes");
    const keyStart = at;
    const keyEnd = scanString(text, at);
    at = blank(text, keyEnd);
    if (text[at] !== ":") throw new Fault(at, ":");
    const valueStart = blank(text, at + 1);
    const valueEnd = scanValue(text, valueStart, depth + 1);
    found({ key: JSON.parse(text.slice(keyStart, keyEnd)) as string, keyStart, valueStart, valueEnd });
    at = blank(text, valueEnd);
    if (text[at] === "}") return at + 1;
    if (text[at] !== ",") throw new Fault(at, ", or }");
    at = blank(text, at + 1);
  }
}

function scanArray(text: string, open: number, depth: number): number {
  if (depth > MAX_DEPTH) throw new Fault(open, "fewer levels");
  let at = blank(text, open + 1);
  if (text[at] === "]") return at + 1;
  for (;;) {
    at = blank(text, scanValue(text, at, depth + 1));
    if (text[at] === "]") return at + 1;
    if (text[at] !== ",") throw new Fault(at, ", or ]");
    at = blank(text, at + 1);
  }
}
