import type { StreamError, StreamTerminal } from "../token-extractor.ts";
import type { UsageReading } from "../usage/usage-reading.ts";

/** What one event says. An empty reading is content: it starts the answer and tells nothing else. */
export interface EventReading {
  readonly usage?: UsageReading | null;
  /** The usage stands in the event that opens the answer, before anything was generated. */
  readonly opening?: boolean;
  readonly terminal?: Exclude<StreamTerminal, "error" | "none">;
  readonly error?: StreamError;
  readonly model?: string | null;
}

/**
 * Reads one event; called for every event of a stream, so ordinary content must be turned away without parsing.
 *
 * @param name `""` when the event names none.
 * @param wantModel The model is not known yet.
 * @returns `null` for an event that is no part of the answer, such as a ping.
 */
export type EventReader = (name: string, data: string, wantModel: boolean) => EventReading | null;

/** How to read the streams of one protocol. */
export interface SseRules {
  readonly readEvent: EventReader;
  /**
   * How the first line of an event begins that is content and nothing else, e.g. `event: content_block_`. Such
   * events are passed over by one `indexOf` and never reach `readEvent`; `null` where names tell nothing.
   */
  readonly contentPrefix: string | null;
}

export const CONTENT: EventReading = {};
export const DONE: EventReading = { terminal: "done" };

/** Whether an event's data is the end mark `[DONE]`. */
export function isDone(data: string): boolean {
  return data.length < 16 && data.trim() === "[DONE]";
}
