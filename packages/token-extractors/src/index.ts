export { defineExtractor, type ExtractorDefinition } from "./define-extractor.ts";
export { EXTRACTORS, findExtractor } from "./find-extractor.ts";
export type { EventReader, EventReading, SseRules } from "./sse/event-reading.ts";
export { MAX_EVENT_CHARS } from "./sse/sse-splitter.ts";
export type {
  StreamEnd,
  StreamError,
  StreamReader,
  StreamTerminal,
  TokenExtractor,
} from "./token-extractor.ts";
export { readMessagesUsage } from "./usage/read-messages-usage.ts";
export { spentUsage, type UsageReading } from "./usage/usage-reading.ts";
