import type { HeaderReader, TokenUsage } from "@ccp/usage-contract";

/**
 * Reads what one provider's answers say about tokens.
 *
 * Text may be decoded as UTF-8 or as latin1: all names and numbers of interest are ASCII. No input makes a method
 * throw; what cannot be read is `null`.
 */
export interface TokenExtractor {
  readonly name: string;
  /**
   * Usage of a complete JSON answer. Costs about the length of what stands behind `usage`, not of the whole body.
   *
   * @param text The whole body. A body that was cut off may give a nested figure: do not ask for one.
   * @returns `null` when the answer names no usable count; a class with a bad number is `null` in the result.
   */
  fromJson(text: string): TokenUsage | null;
  /** The same, and whether a number stood there that cannot be a count: then `usage` may lack a part. */
  readJson(text: string): Pick<StreamEnd, "usage" | "invalidUsage">;
  /** Usage from response headers, for providers that send it there. */
  fromHeaders(headers: HeaderReader): TokenUsage | null;
  /** A reader for one event stream. Holds at most one event (1 MB) in memory. */
  openStream(): StreamReader;
}

export interface StreamReader {
  /** Takes the next piece, cut anywhere. */
  push(text: string): void;
  /** Reads what is left of a stream without a final blank line. Pieces pushed afterwards are ignored. */
  end(): StreamEnd;
  /** What is known so far; `null` until a count was seen. */
  readonly usage: TokenUsage | null;
  /** By what the events so far have ended the stream; before `end`, of those alone that had their blank line. */
  readonly terminal: StreamTerminal;
  /**
   * A number that grows with each event of an answer, its errors included, and while a long one is still coming. Pings,
   * comments and blank lines leave it as it is.
   */
  readonly progress: number;
  /** Events so far that are no part of an answer, such as pings: their sender is there, and no further. */
  readonly pings: number;
}

/**
 * How a stream ended, by what it said itself.
 * - `message_stop`: complete
 * - `done`: complete, by `[DONE]` or `response.completed`
 * - `message_delta`: the stop reason came, the end mark did not
 * - `error`: an error event came before the end mark
 * - `none`: cut off, or no event stream at all
 */
export type StreamTerminal = "message_stop" | "message_delta" | "done" | "error" | "none";

export interface StreamError {
  readonly type: string | null;
  readonly message: string | null;
  /** The event's data as it was pushed. Decode it again as UTF-8 if latin1 was pushed. */
  readonly body: string;
}

export interface StreamEnd {
  readonly usage: TokenUsage | null;
  /** Whether any event of an answer came; pings, comments and errors do not count. */
  readonly started: boolean;
  readonly terminal: StreamTerminal;
  /** What made it terminal is the last event, which lacked its blank line: a strict reader has not seen it. */
  readonly terminalUnclosed: boolean;
  /** The first error event, also when it came after content. */
  readonly error: StreamError | null;
  /** The model the answer names; may differ from the one asked for. */
  readonly model: string | null;
  /** A count was no integer from 0 to 10,000,000. It is left out of `usage`. */
  readonly invalidUsage: boolean;
}
