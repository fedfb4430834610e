import type { Catalog, HeaderMode, Lane, LaneModel } from "../catalog.ts";
import { findPattern } from "./find-pattern.ts";
import { rememberByModel } from "./remember-by-model.ts";

/** The lane's own entry for a model: entries that send the model to another lane are not its own. */
export const findModelEntry: (lane: Lane, model: string) => LaneModel | null = rememberByModel(ownEntry);

function ownEntry(lane: Lane, model: string): LaneModel | null {
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
  return sentHere(catalog, lane, model)?.headerMode ?? null;
}

/** What another provider's entry says of a model that it sends to this lane. */
function sentHere(catalog: Catalog, lane: Lane, model: string): LaneModel | null {
  const entries: LaneModel[] = [];
  for (const other of catalog.lanes) {
    if (other === lane) continue;
    for (const entry of other.models) if (entry.lane === lane.id) entries.push(entry);
  }
  return findPattern(entries, (entry) => entry.pattern, model);
}

/** Context window of a model on a lane, in tokens; `null` where neither the entry nor the lane tells. */
export function contextTokensFor(lane: Lane, model: string): number | null {
  return findModelEntry(lane, model)?.contextTokens ?? lane.contextTokens;
}
