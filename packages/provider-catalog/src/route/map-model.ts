import type { Lane } from "../catalog.ts";
import { findPattern, hasSuffix, withoutSuffix } from "./find-pattern.ts";
import { findModelEntry } from "./model-entry.ts";
import { rememberByModel } from "./remember-by-model.ts";

const LONG_CONTEXT_TOKENS = 1_000_000;

/**
 * The name under which a lane knows a model, when it is another one.
 *
 * A model that the lane lists itself (by name or glob) keeps its name. Otherwise the model map decides: the exact
 * name first, then the first glob. A name that neither knows loses its `[1m]` on a lane whose context is known to
 * be smaller.
 *
 * @returns `null`: send the name unchanged.
 * @example
 * mapModel(zai, "claude-haiku-4-5-20251001"); // => "glm-4.7"
 * mapModel(zai, "glm-4.7"); // => null
 */
export const mapModel: (lane: Lane, model: string) => string | null = rememberByModel(nameOn);

function nameOn(lane: Lane, model: string): string | null {
  if (findModelEntry(lane, model) !== null) return null;
  const mapping = findPattern(lane.modelMap, (entry) => entry.pattern, model);
  if (mapping !== null) return mapping.model === model ? null : mapping.model;
  const isShort = lane.contextTokens !== null && lane.contextTokens < LONG_CONTEXT_TOKENS;
  return isShort && hasSuffix(model) ? withoutSuffix(model) : null;
}

/**
 * Whether a lane can be asked for a model at all: it lists the name, maps it, or says nothing about names.
 * A name that a lane does not know is refused there at the cost of a round trip.
 */
export const servesModel: (lane: Lane, model: string) => boolean = rememberByModel(isNamed);

function isNamed(lane: Lane, model: string): boolean {
  if (
    lane.modelMap.length === 0 &&
    lane.models.every((entry) => entry.lane !== null && entry.lane !== lane.id)
  ) {
    return true;
  }
  if (findModelEntry(lane, model) !== null) return true;
  return findPattern(lane.modelMap, (entry) => entry.pattern, model) !== null;
}
