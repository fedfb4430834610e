import { expect, it } from "vitest";
import * as pure from "./index.ts";
import * as node from "./node/index.ts";

it("exports these names and no others", () => {
  expect(Object.keys(pure).sort()).toEqual([
    "IMPORT_ATTEMPT",
    "MAX_LINE_BYTES",
    "createMemoryHistory",
    "decodeLine",
    "encodeEvent",
    "eventKey",
    "foldEvents",
    "importKey",
    "rollUp",
    "toImportedUsage",
    "toSample",
    "toUsageRecord",
  ]);
  expect(Object.keys(node).sort()).toEqual([
    "LOCK_NAME",
    "LOG_NAME",
    "acquireStateLock",
    "openUsageLog",
    "readJsonState",
    "readUsageLog",
    "realFileOps",
    "restoreGatewayState",
    "saveGatewayState",
    "statePaths",
    "writeJsonState",
  ]);
});
