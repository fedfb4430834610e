import { expect, it } from "vitest";
import * as api from "./index.ts";
import * as nodeApi from "./node/index.ts";

it("exports these names", () => {
  expect(Object.keys(api).sort()).toEqual([
    "DEFAULT_ANSWERS",
    "DIALECT_NAMES",
    "EXTRACTOR_NAMES",
    "HEADER_MODES",
    "builtInCatalog",
    "contextTokensFor",
    "describeCatalog",
    "findLane",
    "formatIssue",
    "headerModeFor",
    "laneKeyValue",
    "mapModel",
    "parseCatalog",
    "parseQuotas",
    "planRoute",
    "resolveLaneKeys",
    "servesModel",
    "toCatalogFile",
  ]);
});

it("exports these names under /node", () => {
  expect(Object.keys(nodeApi).sort()).toEqual([
    "locateConfig",
    "readCatalog",
    "readCatalogAt",
    "readQuotas",
    "readQuotasAt",
  ]);
});
