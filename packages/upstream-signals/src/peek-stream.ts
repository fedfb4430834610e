import { asObject, asText, parseJson } from "./text/values.ts";

export type StreamPeek =
  | { readonly kind: "incomplete" }
  /** @property name The event's name, else the `type` of its data, else `message`. */
  | { readonly kind: "event"; readonly name: string }
  /** @property data The data of the error event; see `classifyStreamError`. */
  | { readonly kind: "error"; readonly data: string };

/** Events before the first piece of an answer. */
const OPENINGS: ReadonlySet<string> = new Set(["message_start", "content_block_start", "content_block_stop"]);

const INCOMPLETE: StreamPeek = { kind: "incomplete" };

/**
 * Looks at the first event of a `text/event-stream` that means something: comments, blank lines and pings are
 * passed over. An error event there is a refusal, although the status was 200. A bare JSON error in place of a
 * stream counts as one too.
 *
 * @param text All that came so far. At the end of the stream add a blank line, for senders that forget it.
 * @param seek `content`: events that only open a message or a block are passed over, too. An error after them came before
 *   anything was said.
 */
export function peekStream(text: string, seek: "event" | "content" = "event"): StreamPeek {
  const bare = text.trimStart();
  if (bare.startsWith("{")) return isErrorData(bare) ? { kind: "error", data: bare.trimEnd() } : INCOMPLETE;
  return firstEvent(text, seek);
}

/** Looks at a stream as it comes, in pieces cut anywhere; each character is looked at once or twice, however small they are. */
export interface PeekReader {
  /** @returns What is known by now. Once it is known it stays. */
  push(piece: string): StreamPeek;
  /** No more will be waited for. @param hasEnded The last event of a stream may lack its blank line. */
  end(hasEnded: boolean): StreamPeek;
}

/** {@link peekStream} for what has not come whole. */
export function openPeek(seek: "event" | "content"): PeekReader {
  let peeked: StreamPeek = INCOMPLETE;
  /** What no blank line has ended yet. */
  let open = "";
  let tail = "";
  let isBare: boolean | null = null;
  /** Bare JSON is read again once it has doubled. */
  let readAt = 0;
  return {
    push(piece) {
      if (peeked.kind !== "incomplete") return peeked;
      const seam = tail + piece;
      tail = seam.slice(-2);
      open += piece;
      if (isBare === null && /\S/.test(piece)) isBare = open.trimStart().startsWith("{");
      if (isBare) {
        if (open.length < readAt || !/\}\s*$/.test(piece)) return peeked;
        readAt = 2 * open.length;
        peeked = peekStream(open, seek);
        return peeked;
      }
      if (!BLANK_LINE.test(seam)) return peeked;
      peeked = firstEvent(open, seek);
      // The events up to here meant nothing. What follows is short: a blank line would have come with it.
      open = open.slice(endOfEvents(open));
      tail = open.slice(-2);
      return peeked;
    },
    end(hasEnded) {
      if (peeked.kind === "incomplete") peeked = peekStream(hasEnded ? `${open}\n\n` : open, seek);
      return peeked;
    },
  };
}

/** Of two line ends, each LF, CRLF or CR, one behind the other. */
const BLANK_LINE = /\n\n|\r\r|\n\r/;

/** Behind the last blank line of a text that has one. */
function endOfEvents(text: string): number {
  return Math.max(text.lastIndexOf("\n\n"), text.lastIndexOf("\r\r"), text.lastIndexOf("\n\r")) + 2;
}

function firstEvent(text: string, seek: "event" | "content"): StreamPeek {
  let name = "";
  let data: string[] = [];
  for (const line of endedLines(text, BYTE_ORDER_MARK.exec(text)?.[0].length ?? 0)) {
    if (line !== "") {
      name = fieldOf(line, "event") ?? name;
      const value = fieldOf(line, "data");
      if (value !== null) data.push(value);
      continue;
    }
    const peek = data.length === 0 ? INCOMPLETE : readEvent(name, data.join("\n"));
    const opens = peek.kind === "event" && seek === "content" && OPENINGS.has(peek.name);
    if (peek.kind !== "incomplete" && !opens) return peek;
    name = "";
    data = [];
  }
  return INCOMPLETE;
}

/** As it looks decoded as UTF-8 and as latin1. */
const BYTE_ORDER_MARK = /^(?:\uFEFF|\u00EF\u00BB\u00BF)/;

/** The lines that have their end, one by one: what follows the first event is often most of the text. */
function* endedLines(text: string, from: number): Generator<string> {
  const lineEnd = /\r\n|\n|\r/g;
  let start = from;
  lineEnd.lastIndex = from;
  for (let end = lineEnd.exec(text); end !== null; end = lineEnd.exec(text)) {
    yield text.slice(start, end.index);
    start = lineEnd.lastIndex;
  }
}

function readEvent(name: string, data: string): StreamPeek {
  if (name === "error" || isErrorData(data)) return { kind: "error", data };
  const type = name === "" ? asText(asObject(parseJson(data))?.type) : name;
  return type === "ping" ? INCOMPLETE : { kind: "event", name: type ?? "message" };
}

/** An error in the Messages form or in OpenAI's, which has no event name. */
function isErrorData(data: string): boolean {
  if (!data.includes('"error"') && !data.includes('"success"')) return false;
  const root = asObject(parseJson(data));
  if (root === null) return false;
  return (
    root.type === "error" ||
    root.success === false ||
    asObject(root.error) !== null ||
    asText(root.error) !== null
  );
}

function fieldOf(line: string, name: string): string | null {
  if (!line.startsWith(name)) return null;
  if (line.length === name.length) return "";
  if (line[name.length] !== ":") return null;
  const value = line.slice(name.length + 1);
  return value.startsWith(" ") ? value.slice(1) : value;
}
