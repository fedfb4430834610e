import { mentionsValue } from "../../json/mentions-value.ts";
import { asObject, asString, parseJson } from "../../json/values.ts";
import { CONTENT, DONE, type EventReader, isDone, type SseRules } from "../../sse/event-reading.ts";
import { readError } from "../../sse/read-error.ts";
import { readOpenAiUsage } from "../../usage/read-openai-usage.ts";
import { CHAT_NAMES } from "./names.ts";

/**
 * Chunks of a chat completion. Usage comes in one extra last chunk, and only when the request asked for it by
 * `stream_options.include_usage`; every chunk before it says `"usage": null`.
 */
const readEvent: EventReader = (name, data, wantModel) => {
  if (name === "error") return { error: readError(data) };
  if (isDone(data)) return DONE;
  const telling =
    mentionsValue(data, '"usage"') ||
    mentionsValue(data, '"finish_reason"') ||
    mentionsValue(data, '"error"');
  if (!telling && !wantModel) return CONTENT;
  const chunk = asObject(parseJson(data));
  if (chunk === null) return CONTENT;
  if (asObject(chunk.error) !== null || asString(chunk.error) !== null) return { error: readError(data) };
  return {
    usage: readOpenAiUsage(chunk.usage ?? usageOfChoice(chunk.choices), CHAT_NAMES),
    model: asString(chunk.model),
    ...(hasFinishReason(chunk.choices) && { terminal: "message_delta" }),
  };
};

/** Kimi puts the usage of a stream into its last choice. */
function usageOfChoice(choices: unknown): unknown {
  return Array.isArray(choices) ? asObject(choices.at(-1))?.usage : undefined;
}

function hasFinishReason(choices: unknown): boolean {
  return (
    Array.isArray(choices) && choices.some((choice) => asString(asObject(choice)?.finish_reason) !== null)
  );
}

export const fromSse: SseRules = { readEvent, contentPrefix: null };
