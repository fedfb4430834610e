import type { SseRules } from "../../sse/event-reading.ts";
import { MESSAGES_RULES } from "../../sse/messages-rules.ts";

/** Start, end and errors of a Messages stream, without its counts: a cut-off stream must still be seen. */
export const fromSse: SseRules = {
  ...MESSAGES_RULES,
  readEvent: (name, data, wantModel) => {
    const reading = MESSAGES_RULES.readEvent(name, data, wantModel);
    return reading?.usage ? { ...reading, usage: null } : reading;
  },
};
