export {
  type DecodedLine,
  decodeLine,
  type SkipReason,
} from "./decode-line.ts";
export { encodeEvent, MAX_LINE_BYTES } from "./encode-event.ts";
export { eventKey, type FoldResult, foldEvents } from "./fold-events.ts";
export {
  freshRows,
  IMPORT_ATTEMPT,
  type ImportedRow,
  type ImportedSums,
  isAhead,
  isInWindows,
  noteImported,
  toImportedUsage,
} from "./imported-usage.ts";
export { createMemoryHistory, type MemoryHistory } from "./memory-history.ts";
export { type HistorySample, rollUp, toImportedSample, toSample } from "./roll-up.ts";
export { mergeRow, type RollupKey, type RollupRow, rowKey, toRollups } from "./rollup-row.ts";
export { Sketch } from "./sketch.ts";
export { type StreamTimes, streamTimes } from "./stream-times.ts";
export { type LoggedUsage, toUsageRecord } from "./to-usage-record.ts";
export { toSeries, type WindowSample } from "./window-sample.ts";
