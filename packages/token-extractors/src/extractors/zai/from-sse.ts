import type { SseRules } from "../../sse/event-reading.ts";
import { MESSAGES_RULES } from "../../sse/messages-rules.ts";

/** `message_start` says 0 and 0; all numbers, cache reads included, come with the last `message_delta`. */
export const fromSse: SseRules = MESSAGES_RULES;
