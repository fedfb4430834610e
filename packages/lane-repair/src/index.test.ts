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
    "isToolIdRefusal",
    "keepBetas",
    "laneNeeds",
    "mintsIn",
    "needsHistoryRepair",
    "openMintTap",
    "openRestorer",
    "readBody",
    "repairRequest",
    "replaceModel",
  ]);
});
