import { expect, it } from "vitest";
import * as api from "./index.ts";

it("exports these names and no others", () => {
  expect(Object.keys(api).sort()).toEqual([
    "DIALECTS",
    "classifyAnswer",
    "classifyStreamError",
    "openPeek",
    "parseQuotaEndpoint",
    "parseRetryAfter",
    "peekStream",
    "plainText",
    "readWindows",
    "toDialect",
  ]);
});
