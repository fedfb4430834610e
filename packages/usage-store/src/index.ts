export {
  type DecodedLine,
  decodeLine,
  type SkipReason,
} from "./decode-line.ts";
export { encodeEvent, MAX_LINE_BYTES } from "./encode-event.ts";
export { eventKey, type FoldResult, foldEvents } from "./fold-events.ts";
export { IMPORT_ATTEMPT, importKey, toImportedUsage } from "./imported-usage.ts";
export { createMemoryHistory, type History } from "./memory-history.ts";
export { rollUp, toSample } from "./roll-up.ts";
export { type LoggedUsage, toUsageRecord } from "./to-usage-record.ts";
