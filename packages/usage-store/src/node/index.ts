export { checkHistory } from "./check-history.ts";
export { checkRights, type RightsFault } from "./check-rights.ts";
export { type DiskReserve, openDiskReserve } from "./disk-reserve.ts";
export {
  type FileFacts,
  type FileIdentity,
  type FileOps,
  realFileOps,
} from "./file-ops.ts";
export { type GatewayRecord, RECORD_NAME, readGatewayRecord, writeGatewayRecord } from "./gateway-record.ts";
export {
  type CountKeeper,
  type MarkKeeper,
  type Restoration,
  type RestoreOptions,
  restoreGatewayState,
  type SaveOptions,
  type StateFolders,
  type StateParts,
  saveGatewayState,
} from "./gateway-state.ts";
export {
  HISTORY_NAME,
  HistoryDb,
  type HistoryFacts,
  historyBytes,
  type Inserted,
  KEPT_DAYS,
} from "./history-db.ts";
export { type HistoryQuestion, PAGE_SAMPLES, type PageStart } from "./history-protocol.ts";
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
  setAside,
  type WriteResult,
  writeJsonState,
} from "./json-state.ts";
export { localStart } from "./local-start.ts";
export { LOG_NAME } from "./log-generations.ts";
export type { LogPosition } from "./log-position.ts";
export { FolderError, fileReason, makeFolder } from "./make-folder.ts";
export { type History, type HistoryOptions, type HistoryStatus, openHistory } from "./open-history.ts";
export {
  type LogMark,
  openUsageLog,
  type UsageLog,
  type UsageLogOptions,
  type UsageLogStatus,
} from "./open-usage-log.ts";
export { findPortOwner, type PortOwner } from "./port-owner.ts";
export { identityOf, isRunning, type ProcessIdentity, parentOf } from "./process-identity.ts";
export { readSmallFile, type SmallFile, type SmallFileOptions } from "./read-small-file.ts";
export { type ReadUsageLogOptions, readUsageLog } from "./read-usage-log.ts";
export { requestKey } from "./request-key.ts";
export { openStateJournal, readStateJournal, type StateJournal, type StateOp } from "./state-journal.ts";
export { acquireStateLock, LOCK_NAME, type StateLock } from "./state-lock.ts";
export { type StatePaths, type StatePlaces, statePaths } from "./state-paths.ts";
export { type StoreFault, type StoreFaultKind, toStoreFault } from "./store-fault.ts";
