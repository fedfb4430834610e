import { ANTHROPIC_LANE, type LaneId } from "@ccp/usage-contract/core";
import { type Catalog, findLane, type HeaderMode } from "../catalog.ts";
import { findPattern, matchesPattern } from "./find-pattern.ts";
import { modelHeaderMode } from "./model-entry.ts";
import { rememberByModel } from "./remember-by-model.ts";

/** Where a model's requests go, as configured: a lane without its key is named too, skipping it is another's job. */
export interface RoutePlan {
  readonly preferred: LaneId;
  /** In order; never the preferred lane, no lane twice. */
  readonly fallback: readonly LaneId[];
  /** The pattern that decided; `null`: none did, so the request goes to `anthropic`. */
  readonly pattern: string | null;
  /** What a `models` entry sets for this model on the preferred lane, and there only; `null`: the lane's own. */
  readonly headerMode: HeaderMode | null;
}

/**
 * Plans a model's way through the catalog: the first route that matches, else the `models` entry that names a lane
 * (the exact name before globs), else `anthropic` without fallback.
 */
export const planRoute: (catalog: Catalog, model: string) => RoutePlan = rememberByModel(routeOf);

function routeOf(catalog: Catalog, model: string): RoutePlan {
  const route = catalog.routes.find(({ pattern }) => matchesPattern(pattern, model));
  if (route !== undefined) return plan(catalog, model, route.pattern, route.provider, route.fallback);
  const defaults = catalog.lanes.flatMap((lane) => lane.models.filter((entry) => entry.lane !== null));
  const entry = findPattern(defaults, ({ pattern }) => pattern, model);
  return plan(catalog, model, entry?.pattern ?? null, entry?.lane ?? ANTHROPIC_LANE, []);
}

function plan(
  catalog: Catalog,
  model: string,
  pattern: string | null,
  preferred: LaneId,
  fallback: readonly LaneId[],
): RoutePlan {
  const lane = findLane(catalog, preferred);
  return {
    preferred,
    fallback: [...new Set(fallback)].filter((id) => id !== preferred),
    pattern,
    headerMode: lane === null ? null : modelHeaderMode(catalog, lane, model),
  };
}
