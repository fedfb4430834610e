import { asObject, asString, type JsonObject, parseJson } from "../../json/values.ts";
import {
  CONTENT,
  DONE,
  type EventReader,
  type EventReading,
  isDone,
  type SseRules,
} from "../../sse/event-reading.ts";
import { readError } from "../../sse/read-error.ts";
import { readOpenAiUsage } from "../../usage/read-openai-usage.ts";
import { RESPONSES_NAMES } from "./names.ts";

const ENDS: ReadonlySet<string> = new Set(["response.completed", "response.incomplete"]);
const FAILURES: ReadonlySet<string> = new Set(["response.failed", "error"]);
const OPENING = "response.created";

/** Events of the Responses protocol: the model comes with `response.created`, usage with the closing event. */
const readEvent: EventReader = (name, data) => {
  if (name !== "" && name !== OPENING && !ENDS.has(name) && !FAILURES.has(name)) return CONTENT;
  if (name === "" && !data.includes('"response"') && !data.includes('"error"')) {
    return isDone(data) ? DONE : CONTENT;
  }
  const event = asObject(parseJson(data));
  const type = asString(event?.type) ?? name;
  if (FAILURES.has(type)) return { error: readError(data) };
  return event === null ? CONTENT : readResponse(type, event);
};

function readResponse(type: string, event: JsonObject): EventReading {
  const response = asObject(event.response);
  return {
    usage: readOpenAiUsage(response?.usage, RESPONSES_NAMES),
    model: asString(response?.model),
    ...(ENDS.has(type) && { terminal: "done" }),
  };
}

export const fromSse: SseRules = { readEvent, contentPrefix: "event: response.output_text." };
