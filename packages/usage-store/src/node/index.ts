export {
  type FileFacts,
  type FileIdentity,
  type FileOps,
  realFileOps,
} from "./file-ops.ts";
export {
  type CountKeeper,
  type MarkKeeper,
  type Restoration,
  restoreGatewayState,
  type SaveOptions,
  type StateFolders,
  type StateParts,
  saveGatewayState,
} from "./gateway-state.ts";
export {
  appendImported,
  IMPORT_NAME,
  importedPosition,
  type ReadImportedOptions,
  readImported,
} from "./imported-usage.ts";
export {
  type JsonState,
  readJsonState,
  type StateOps,
  type WriteResult,
  writeJsonState,
} from "./json-state.ts";
export { LOG_NAME } from "./log-generations.ts";
export type { LogPosition } from "./log-position.ts";
export {
  type LogMark,
  openUsageLog,
  type UsageLog,
  type UsageLogOptions,
  type UsageLogStatus,
} from "./open-usage-log.ts";
export { type ReadUsageLogOptions, readUsageLog } from "./read-usage-log.ts";
export { openStateJournal, readStateJournal, type StateJournal, type StateOp } from "./state-journal.ts";
export { acquireStateLock, LOCK_NAME, type StateLock } from "./state-lock.ts";
export { type StatePaths, type StatePlaces, statePaths } from "./state-paths.ts";
