import { asObject, asString, type JsonObject, parseJson } from "../json/values.ts";
import { readMessagesUsage } from "../usage/read-messages-usage.ts";
import {
  CONTENT,
  DONE,
  type EventReader,
  type EventReading,
  isDone,
  type SseRules,
} from "./event-reading.ts";
import { readError } from "./read-error.ts";

/** Events that carry content only, `content_block_delta` above all: never parsed. */
const CONTENT_NAMES = "content_block_";
/** Events that are always parsed when named; unnamed data is parsed when it shows one of the marks. */
const TELLING_EVENTS: ReadonlySet<string> = new Set(["message_start", "message_delta", "message_stop"]);
const MARKS = /"(?:message_|error"|ping")/;

/** Reads one event of the Messages protocol. */
const readMessagesEvent: EventReader = (name, data) => {
  if (name.startsWith(CONTENT_NAMES)) return CONTENT;
  if (name === "ping") return null;
  if (name === "error") return { error: readError(data) };
  if (!TELLING_EVENTS.has(name) && !MARKS.test(data)) {
    return isDone(data) ? DONE : CONTENT;
  }
  const event = asObject(parseJson(data));
  if (event === null) return CONTENT;
  return readParsed(asString(event.type) ?? name, event, data);
};

function readParsed(type: string, event: JsonObject, data: string): EventReading | null {
  const message = asObject(event.message);
  switch (type) {
    case "message_start":
      return {
        // vLLM puts the usage beside the message, not in it.
        usage: readMessagesUsage(message?.usage ?? event.usage),
        opening: true,
        model: asString(message?.model),
      };
    case "message_delta": {
      const stopped = asString(asObject(event.delta)?.stop_reason) !== null;
      return { usage: readMessagesUsage(event.usage), ...(stopped && { terminal: "message_delta" }) };
    }
    case "message_stop":
      return { usage: readMessagesUsage(event.usage), terminal: "message_stop" };
    case "ping":
      return null;
    default:
      return type === "error" || asObject(event.error) !== null ? { error: readError(data) } : CONTENT;
  }
}

/** The Messages protocol. */
export const MESSAGES_RULES: SseRules = {
  readEvent: readMessagesEvent,
  contentPrefix: `event: ${CONTENT_NAMES}`,
};
