export type { BodyIssue } from "./body/json-reader.ts";
export { type BodyReading, readBody } from "./body/read-body.ts";
export { filterBetaHeader, isOauthBeta } from "./filter-beta-header.ts";
export { isSignatureRefusal } from "./is-signature-refusal.ts";
export { isToolIdRefusal } from "./is-tool-id-refusal.ts";
export { keepBetas } from "./keep-betas.ts";
export {
  LANE_NEEDS,
  type LaneDialect,
  type LaneNeeds,
  laneNeeds,
  NO_NEEDS,
  needsHistoryRepair,
} from "./lane-needs.ts";
export { createMintBook, type MintBook, type MintSnapshot } from "./mint/mint-book.ts";
export { type MintTap, type MintTapOptions, openMintTap } from "./mint/mint-tap.ts";
export { type Mints, mintsIn } from "./mints-in.ts";
export { type RepairedRequest, type RepairInput, type RepairName, repairRequest } from "./repair-request.ts";
export { replaceModel } from "./replace-model.ts";
export {
  openRestorer,
  type RestoreName,
  type Restorer,
  type RestorerOptions,
} from "./response/open-restorer.ts";
