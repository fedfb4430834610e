import type { SseRules } from "../../sse/event-reading.ts";
import { MESSAGES_RULES } from "../../sse/messages-rules.ts";

/** `message_start` opens with the input, each `message_delta` brings running totals. */
export const fromSse: SseRules = MESSAGES_RULES;
