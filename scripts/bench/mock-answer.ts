/** How the mock answers every request until it is told otherwise. */
export type MockMode =
  | { readonly kind: "json" }
  /** All events in one write. */
  | { readonly kind: "burst"; readonly deltas: number }
  /** One delta per interval, each with the time it was written. */
  | { readonly kind: "paced"; readonly deltas: number; readonly intervalMs: number };

export interface MockReady {
  readonly port: number;
}

/** Reply to a change of mode. */
export interface MockModeSet {
  /** Length of the body that each answer has now; `null` where times make it vary. */
  readonly bodyBytes: number | null;
}

/** Stands before the 16 digits of a time in µs of the monotonic clock, which all processes of a machine share. */
export const STAMP_MARK = "@";
export const STAMP_DIGITS = 16;

const USAGE = { input_tokens: 412, cache_creation_input_tokens: 1_024, cache_read_input_tokens: 18_204 };
const ANSWER_TEXT = "I looked at the parser and the two callers. The quote is read as Latin-1 there. ".repeat(
  8,
);

const limitHeaders = (nowMs: number): string => {
  const resetSec = Math.floor(nowMs / 1000) + 4 * 3600;
  return ["5h", "7d"]
    .map(
      (name) =>
        `anthropic-ratelimit-unified-${name}-status: allowed\r\n` +
        `anthropic-ratelimit-unified-${name}-utilization: 0.02\r\n` +
        `anthropic-ratelimit-unified-${name}-reset: ${resetSec}\r\n`,
    )
    .join("");
};

/** Head of an answer; `length` is `null` for a body in chunks. */
export function answerHead(contentType: string, length: number | null, nowMs: number): string {
  const framing = length === null ? "transfer-encoding: chunked" : `content-length: ${length}`;
  return (
    `HTTP/1.1 200 OK\r\ncontent-type: ${contentType}\r\n${framing}\r\n` +
    `request-id: req_011CSHoEeqs5C35K2UUqR7Fy\r\ncache-control: no-cache\r\n${limitHeaders(nowMs)}\r\n`
  );
}

export function jsonAnswer(): string {
  return JSON.stringify({
    id: "msg_01XFDUDYJgAACzvnptvVoYEL",
    type: "message",
    role: "assistant",
    model: "claude-sonnet-4-5-20250929",
    content: [{ type: "text", text: ANSWER_TEXT }],
    stop_reason: "end_turn",
    stop_sequence: null,
    usage: { ...USAGE, output_tokens: 211 },
  });
}

const event = (name: string, data: object): string =>
  `event: ${name}\ndata: ${JSON.stringify({ type: name, ...data })}\n\n`;

/** What comes before the first delta. */
export function streamStart(): string {
  const message = { id: "msg_01XFDUDYJgAACzvnptvVoYEL", type: "message", role: "assistant", content: [] };
  const usage = { ...USAGE, output_tokens: 1 };
  return (
    event("message_start", { message: { ...message, model: "claude-sonnet-4-5-20250929", usage } }) +
    event("content_block_start", { index: 0, content_block: { type: "text", text: "" } })
  );
}

export function streamDelta(text: string): string {
  return event("content_block_delta", { index: 0, delta: { type: "text_delta", text } });
}

export function streamEnd(): string {
  return (
    event("content_block_stop", { index: 0 }) +
    event("message_delta", { delta: { stop_reason: "end_turn" }, usage: { output_tokens: 211 } }) +
    event("message_stop", {})
  );
}

/** One piece of a chunked body. ASCII only. */
export function chunk(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}

export const LAST_CHUNK = "0\r\n\r\n";
