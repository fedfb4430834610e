import { expect, it } from "vitest";
import * as mock from "./index.ts";

it("exports these names and no others", () => {
  expect(Object.keys(mock).sort()).toEqual([
    "FIXTURES_DIR",
    "chunkBytes",
    "closeDelimited",
    "compressed",
    "cutAfterBytes",
    "cutAfterEvents",
    "errorAfterEvents",
    "errorFirst",
    "fixture",
    "hang",
    "html",
    "mintSignature",
    "raw",
    "redirect",
    "reply",
    "resetBeforeHeaders",
    "scaledClock",
    "slowHeaders",
    "sse",
    "stallAfterEvents",
    "startMockUpstream",
    "status",
    "styled",
  ]);
});
