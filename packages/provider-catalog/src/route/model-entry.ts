import type { Catalog, HeaderMode, Lane, LaneModel } from "../catalog.ts";
import { findPattern } from "./find-pattern.ts";

/** The lane's own entry for a model: entries that send the model to another lane are not its own. */
export function findModelEntry(lane: Lane, model: string): LaneModel | null {
  const own = lane.models.filter((entry) => entry.lane === null || entry.lane === lane.id);
  return findPattern(own, (entry) => entry.pattern, model);
}

/**
 * The header mode that holds for a model on one lane: its entry's, else the one that another provider's entry sets
 * for this lane, else the lane's own.
 */
export function headerModeFor(catalog: Catalog, lane: Lane, model: string): HeaderMode {
  return modelHeaderMode(catalog, lane, model) ?? lane.auth.headerMode;
}

/** As {@link headerModeFor}, but `null` where no entry says anything. */
export function modelHeaderMode(catalog: Catalog, lane: Lane, model: string): HeaderMode | null {
  if (lane.models.some(({ headerMode }) => headerMode !== null)) {
    const own = findModelEntry(lane, model)?.headerMode ?? null;
    if (own !== null) return own;
  }
  const sentHere = catalog.lanes.flatMap((other) =>
    other === lane ? [] : other.models.filter((entry) => entry.lane === lane.id),
  );
  return findPattern(sentHere, (entry) => entry.pattern, model)?.headerMode ?? null;
}

/** Context window of a model on a lane, in tokens; `null` where neither the entry nor the lane tells. */
export function contextTokensFor(lane: Lane, model: string): number | null {
  return findModelEntry(lane, model)?.contextTokens ?? lane.contextTokens;
}
