import { type Catalog, findLane, type Lane } from "../catalog.ts";
import type { Report } from "../issue/report.ts";
import { patternsOverlap } from "../route/patterns-overlap.ts";

/**
 * Fallbacks that can take none of the models that their route sends to its preferred provider: they have names of their
 * own, and neither those nor the model map fit. Said before the limit comes that needs them.
 */
export function warnNamelessFallbacks(catalog: Catalog, report: Report): void {
  for (const [index, route] of catalog.routes.entries()) {
    const models = modelsOf(route.pattern, findLane(catalog, route.provider));
    for (const [place, id] of route.fallback.entries()) {
      const lane = findLane(catalog, id);
      const names = lane === null ? null : namesOf(lane);
      if (names === null || models.some((model) => names.some((name) => patternsOverlap(name, model))))
        continue;
      report.warn(
        ["routes", index, "fallback", place],
        `never used: ${id} has no name for ${models.join(", ")}; add it to its models or its model_map`,
      );
    }
  }
}

/** What a lane calls by name; `null`: it says nothing about names, and is asked for any. */
function namesOf({ id, models, modelMap }: Lane): string[] | null {
  const own = models.filter(({ lane }) => lane === null || lane === id);
  const names = [...own, ...modelMap].map(({ pattern }) => pattern);
  return names.length === 0 ? null : names;
}

/** The models that a route is known to send to its preferred lane: the narrower of both patterns each. */
function modelsOf(pattern: string, preferred: Lane | null): string[] {
  const names = (preferred === null ? null : namesOf(preferred)) ?? [];
  const fit = names.filter((name) => patternsOverlap(name, pattern));
  if (fit.length === 0) return [pattern];
  return [...new Set(fit.map((name) => (literals(name) > literals(pattern) ? name : pattern)))];
}

function literals(pattern: string): number {
  return pattern.replace(/[*?]/g, "").length;
}
