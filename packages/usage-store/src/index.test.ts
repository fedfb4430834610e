import { expect, it } from "vitest";
import * as pure from "./index.ts";
import * as node from "./node/index.ts";

it("exports these names and no others", () => {
  expect(Object.keys(pure).sort()).toEqual([
    "IMPORT_ATTEMPT",
    "MAX_LINE_BYTES",
    "Sketch",
    "createMemoryHistory",
    "decodeLine",
    "encodeEvent",
    "eventKey",
    "foldEvents",
    "importKey",
    "mergeRow",
    "rollUp",
    "rowKey",
    "toImportedSample",
    "toImportedUsage",
    "toRollups",
    "toSample",
    "toSeries",
    "toUsageRecord",
  ]);
  expect(Object.keys(node).sort()).toEqual([
    "HISTORY_NAME",
    "HistoryDb",
    "IMPORT_NAME",
    "KEPT_DAYS",
    "LOCK_NAME",
    "LOG_NAME",
    "PAGE_SAMPLES",
    "acquireStateLock",
    "appendImported",
    "historyBytes",
    "importedPosition",
    "localStart",
    "openHistory",
    "openStateJournal",
    "openUsageLog",
    "readImported",
    "readJsonState",
    "readStateJournal",
    "readUsageLog",
    "realFileOps",
    "requestKey",
    "restoreGatewayState",
    "saveGatewayState",
    "statePaths",
    "toStoreFault",
    "writeJsonState",
  ]);
});
