import {
  type Catalog,
  contextTokensFor,
  findLane,
  type LaneKey,
  planRoute,
  servesModel,
} from "@ccp/provider-catalog";
import { ANTHROPIC_LANE, type LaneId } from "@ccp/usage-contract/core";
import type { RecordedRequest } from "../recording/recording.ts";

/** A lane that a request may go to. */
export interface PlannedLane {
  readonly id: LaneId;
  /** Why it cannot be asked; `null` when it can. */
  readonly unusable: string | null;
  /** The largest conversation it takes; `null`: any, or unknown. */
  readonly contextTokens: number | null;
}

/** Where a request may go, the preferred lane first. */
export type LanePlan = readonly [PlannedLane, ...PlannedLane[]];

export interface LanePlans {
  planOf(request: RecordedRequest): LanePlan;
  /** Lanes that a route names but no request may go to, with the reason. */
  unusable(): ReadonlyMap<LaneId, string>;
}

/**
 * Plans as the gateway does. A log may be read far from the keys it was recorded with, so a lane that served in the
 * log counts as usable; any other one needs its key here.
 *
 * @param seen Lanes that served a request of the log.
 */
export function createLanePlans(
  catalog: Catalog,
  keys: readonly LaneKey[],
  seen: ReadonlySet<LaneId>,
): LanePlans {
  const reasons = new Map<LaneId, string>();
  const byModel = new Map<string, LanePlan>();
  const planned = (id: LaneId, model: string, isPreferred: boolean): PlannedLane => {
    const lane = findLane(catalog, id);
    const closed = whyClosed(id, catalog, keys, seen);
    if (closed !== null) reasons.set(id, closed);
    if (closed !== null || lane === null) return { id, unusable: closed, contextTokens: null };
    const unusable = isPreferred || servesModel(lane, model) ? null : `it has no name for ${model}`;
    return { id, unusable, contextTokens: contextTokensFor(lane, model) };
  };
  const routed = (model: string): LanePlan => {
    const { preferred, fallback } = planRoute(catalog, model);
    return [planned(preferred, model, true), ...fallback.map((id) => planned(id, model, false))];
  };
  const only = (id: LaneId, model: string): LanePlan => [planned(id, model, true)];
  return {
    planOf({ model, pin, attempts }) {
      if (pin === "kill_switch") return only(ANTHROPIC_LANE, model);
      const [first] = attempts;
      if (pin === "manual" && first !== undefined) return only(first.lane, model);
      const known = byModel.get(model);
      if (known !== undefined) return known;
      const plan = routed(model);
      byModel.set(model, plan);
      return plan;
    },
    unusable: () => reasons,
  };
}

function whyClosed(
  id: LaneId,
  catalog: Catalog,
  keys: readonly LaneKey[],
  seen: ReadonlySet<LaneId>,
): string | null {
  const lane = findLane(catalog, id);
  if (lane === null) return "not in the catalog";
  if (!lane.enabled) return "off in the catalog";
  if (seen.has(id)) return null;
  const key = keys.find((candidate) => candidate.lane === id);
  return key?.reason ?? null;
}
