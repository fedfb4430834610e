import { isGlob, type LaneId } from "@ccp/usage-contract/core";
import { parseBaseUrl } from "../base-url.ts";
import { type Catalog, findLane, type Lane, type LaneModel } from "../catalog.ts";
import type { Report } from "../issue/report.ts";
import { planRoute } from "../route/plan-route.ts";
import type { KeyPath } from "../source/source-node.ts";
import { checkMode } from "./read-auth.ts";
import { checkLaneName } from "./read-routes.ts";

/** Checks what `models` entries say about lanes: they exist, and may be used with that header mode. */
export function checkModels(catalog: Catalog, laneIds: readonly LaneId[], report: Report): void {
  for (const lane of catalog.lanes) {
    for (const model of lane.models) checkModel(catalog, lane, model, laneIds, report);
  }
}

function checkModel(
  catalog: Catalog,
  lane: Lane,
  model: LaneModel,
  laneIds: readonly LaneId[],
  report: Report,
): void {
  const path = ["providers", lane.id, "models", model.pattern];
  if (model.lane !== null) checkLaneName(model.lane, [...path, "lane"], laneIds, report);
  const target = findLane(catalog, model.lane ?? lane.id);
  if (target !== null) checkModelMode(model, target, [...path, "header_mode"], report);
}

function checkModelMode(model: LaneModel, target: Lane, path: KeyPath, report: Report): void {
  const url = parseBaseUrl(target.baseUrl);
  if (model.headerMode === null || !url.success) return;
  const hasKey = target.auth.env !== null || Object.keys(target.auth.scopedEnv).length > 0;
  checkMode(
    model.headerMode,
    path,
    { entry: { trust_origin: target.trustOrigin }, base: url.base, hasKey },
    report,
  );
}

/** A `lane` in a `models` entry is only a default: say so where a route overrules it. */
export function warnAboutModels(catalog: Catalog, report: Report): void {
  for (const lane of catalog.lanes) {
    for (const { pattern, lane: wanted } of lane.models) {
      if (wanted === null || isGlob(pattern)) continue;
      const planned = planRoute(catalog, pattern);
      if (planned.preferred === wanted) continue;
      report.warn(
        ["providers", lane.id, "models", pattern, "lane"],
        `never used: a route or an entry before it sends this model to ${planned.preferred}`,
      );
    }
  }
}
