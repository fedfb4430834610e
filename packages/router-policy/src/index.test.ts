import { expect, it } from "vitest";
import * as api from "./index.ts";

it("exports exactly these names", () => {
  expect(Object.keys(api).sort()).toEqual([
    "accountId",
    "cooldownSteps",
    "createAccountBook",
    "createJudge",
    "createLaneBook",
    "createSessionBook",
    "decide",
    "isQuotaProbe",
    "laneFacts",
    "mayBeTooSmall",
    "passOverTooSmall",
    "sessionKey",
    "trafficClass",
    "verdictView",
  ]);
});
