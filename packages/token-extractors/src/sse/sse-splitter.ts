/** One event may take this much; a larger one is passed over whole. */
export const MAX_EVENT_CHARS = 1_048_576;

const GROWTH_CHARS = 4_096;

const LF = 0x0a;
const COLON = 0x3a;
const SPACE = 0x20;
/** A byte order mark, decoded as UTF-8 and as latin1. */
const BYTE_ORDER_MARKS = ["\uFEFF", "\u00EF\u00BB\u00BF"];

export interface SseListener {
  /** An event that begins with the content prefix. */
  onContent(): void;
  /** @param name `""` when the event names none. */
  onEvent(name: string, data: string): void;
  /** An event above {@link MAX_EVENT_CHARS} went by unread. */
  onOpaque(): void;
  /** {@link GROWTH_CHARS} more of an event came that is not whole yet. */
  onGrowth(): void;
}

/**
 * Splits a `text/event-stream` into events by the WHATWG rules: LF, CRLF or CR ends a line, a blank line ends an
 * event, `data` lines are joined by LF, the space after the colon is optional, comments and other fields are dropped.
 * One deviation: at the end of the stream an event without its blank line is delivered, for senders that forget it.
 */
export class SseSplitter {
  readonly #listener: SseListener;
  readonly #contentPrefix: string | null;
  #line = "";
  #name = "";
  #data: string | null = null;
  #size = 0;
  #grown = 0;
  #opaque = false;
  #afterCr = false;
  #firstLine = true;

  /** @param contentPrefix First characters of events that are reported as content without being read. */
  constructor(listener: SseListener, contentPrefix: string | null) {
    this.#listener = listener;
    this.#contentPrefix = contentPrefix;
  }

  push(text: string): void {
    if (text.length === 0) return;
    let start = this.#afterCr && text.charCodeAt(0) === LF ? 1 : 0;
    this.#afterCr = false;
    let lf = text.indexOf("\n", start);
    let cr = text.indexOf("\r", start);
    while (lf !== -1 || cr !== -1) {
      const skipped = cr === -1 ? this.#skipContent(text, start) : -1;
      if (skipped !== -1) {
        start = skipped;
        lf = text.indexOf("\n", start);
        continue;
      }
      const byCr = cr !== -1 && (lf === -1 || cr < lf);
      const end = byCr ? cr : lf;
      this.#endLine(text.slice(start, end));
      start = byCr && lf === cr + 1 ? end + 2 : end + 1;
      if (byCr && start === text.length && lf !== cr + 1) this.#afterCr = true;
      // Search again only for a kind that was passed, or a stream of bare CRs would be scanned anew for each line.
      if (lf !== -1 && lf < start) lf = text.indexOf("\n", start);
      if (cr !== -1 && cr < start) cr = text.indexOf("\r", start);
    }
    if (start < text.length) this.#keep(start === 0 ? text : text.slice(start));
  }

  /** Delivers what an unterminated last line and event hold. */
  end(): void {
    if (this.#line !== "") this.#endLine("");
    this.#dispatch();
  }

  /**
   * Steps over a whole content event that begins here. Only for text without CR: there a blank line is always LF LF.
   *
   * @returns Where the next event starts, or -1 when this is no such event or its end has not come yet.
   */
  #skipContent(text: string, start: number): number {
    if (this.#contentPrefix === null || this.#line !== "" || this.#data !== null || this.#name !== "")
      return -1;
    if (this.#opaque || !text.startsWith(this.#contentPrefix, start)) return -1;
    const blank = text.indexOf("\n\n", start);
    if (blank === -1) return -1;
    this.#firstLine = false;
    this.#listener.onContent();
    return blank + 2;
  }

  /** Holds the start of a line whose end has not come yet. */
  #keep(rest: string): void {
    this.#line = this.#line === "" ? rest : this.#line + rest;
    if (this.#line.charCodeAt(0) !== COLON) this.#grow(rest.length);
    if (this.#line.length <= MAX_EVENT_CHARS) return;
    if (this.#line.charCodeAt(0) !== COLON) this.#dropEvent();
    this.#line = ":"; // reads as a comment, and the line stays non-empty
  }

  #endLine(rest: string): void {
    let line = this.#line === "" ? rest : this.#line + rest;
    this.#line = "";
    if (this.#firstLine) {
      this.#firstLine = false;
      line = withoutByteOrderMark(line);
    }
    if (line === "") this.#dispatch();
    else if (!this.#opaque) this.#field(line);
  }

  #field(line: string): void {
    if (line.startsWith("data")) {
      const value = fieldValue(line, 4);
      if (value === null) return;
      this.#size += value.length + 1;
      this.#grow(value.length);
      if (this.#size > MAX_EVENT_CHARS) this.#dropEvent();
      else this.#data = this.#data === null ? value : `${this.#data}\n${value}`;
    } else if (line.startsWith("event")) {
      this.#name = fieldValue(line, 5) ?? this.#name;
    }
  }

  #grow(chars: number): void {
    this.#grown += chars;
    if (this.#grown < GROWTH_CHARS) return;
    this.#grown = 0;
    this.#listener.onGrowth();
  }

  #dropEvent(): void {
    this.#opaque = true;
    this.#data = null;
  }

  #dispatch(): void {
    const data = this.#data;
    const name = this.#name;
    const opaque = this.#opaque;
    this.#data = null;
    this.#name = "";
    this.#size = 0;
    this.#grown = 0;
    this.#opaque = false;
    if (opaque) this.#listener.onOpaque();
    else if (data !== null) this.#listener.onEvent(name, data);
  }
}

/** The value of `name: value`, `name:value` or a bare `name`; `null` when the line's name only begins so. */
function fieldValue(line: string, nameLength: number): string | null {
  if (line.length === nameLength) return "";
  if (line.charCodeAt(nameLength) !== COLON) return null;
  return line.slice(line.charCodeAt(nameLength + 1) === SPACE ? nameLength + 2 : nameLength + 1);
}

function withoutByteOrderMark(line: string): string {
  const mark = BYTE_ORDER_MARKS.find((candidate) => line.startsWith(candidate));
  return mark === undefined ? line : line.slice(mark.length);
}
