export { filterBetaHeader, isOauthBeta } from "./filter-beta-header.ts";
export { replaceModel } from "./replace-model.ts";
