import { expect, it } from "vitest";
import * as api from "./index.ts";

it("exports exactly these names", () => {
  expect(Object.keys(api).sort()).toEqual([
    "LANE_NEEDS",
    "NO_NEEDS",
    "createMintBook",
    "filterBetaHeader",
    "isOauthBeta",
    "isSignatureRefusal",
    "keepBetas",
    "laneNeeds",
    "lanesIn",
    "mintsIn",
    "needsHistoryRepair",
    "openMintTap",
    "openRestorer",
    "repairRequest",
    "replaceModel",
  ]);
});
