/** One event of an event stream. */
export interface SseEvent {
  /** The newest `id:` of the stream so far; empty before the first. */
  readonly id: string;
  /** `message` where the stream names none. */
  readonly name: string;
  readonly data: string;
}

export interface SseReader {
  /** Takes the next piece of text, cut anywhere, and gives the events it completes. */
  push(text: string): SseEvent[];
}

/** An event of the gateway is a few kB; a line that never ends must not fill the memory. */
const MAX_EVENT_CHARS = 1_048_576;

/**
 * Reads `text/event-stream`. Comments and events without data are left out; a last event that is not closed by an
 * empty line was cut off and does not count.
 *
 * @returns A reader whose `push` throws `RangeError` on an event of more than 1 MB.
 */
export function createSseReader(): SseReader {
  let rest = "";
  let id = "";
  let name = "";
  let data: string[] = [];
  let held = 0;

  function readLine(line: string): SseEvent | null {
    if (line === "") {
      const event = data.length === 0 ? null : { id, name: name || "message", data: data.join("\n") };
      name = "";
      data = [];
      held = 0;
      return event;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") data.push(value);
    else if (field === "event") name = value;
    // An id with NUL is to be ignored, says the standard.
    else if (field === "id" && !value.includes("\0")) id = value;
    held += line.length;
    return null;
  }

  return {
    push(text) {
      const events: SseEvent[] = [];
      const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
      // A last CR may be the first half of a CRLF: it waits for what follows.
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const event = readLine(line);
        if (event !== null) events.push(event);
      }
      if (held + rest.length > MAX_EVENT_CHARS) throw new RangeError("an event of the stream is above 1 MB");
      return events;
    },
  };
}
