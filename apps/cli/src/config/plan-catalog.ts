import { builtInCatalog, type Catalog, type Route } from "@ccp/provider-catalog";
import { ANTHROPIC_LANE, type LaneId } from "@ccp/usage-contract/core";

/** Lanes of the same plan on another host: they take each other's place in the routes. */
const TWINS: Readonly<Record<LaneId, LaneId>> = { zai: "bigmodel", kimi: "moonshot" };

export interface KnownLane {
  readonly id: LaneId;
  /** The variable that holds its key. */
  readonly keyEnv: string | null;
  readonly baseUrl: string;
}

/** All lanes that a catalog can be made of, in the order of the built-in one. */
export function knownLanes(): KnownLane[] {
  return builtInCatalog().lanes.map(({ id, auth, baseUrl }) => ({ id, keyEnv: auth.env, baseUrl }));
}

/**
 * A catalog of these lanes alone, all switched on: the built-in routes as far as they lead to them, a route for the
 * models of a lane that no other has, and one that takes the rest.
 *
 * @param chosen Names of {@link knownLanes}; at least one.
 */
export function planCatalog(chosen: readonly LaneId[]): Catalog {
  const { lanes, routes } = builtInCatalog();
  const kept = lanes.filter(({ id }) => chosen.includes(id)).map((lane) => ({ ...lane, enabled: true }));
  const ids = kept.map(({ id }) => id);
  const narrowed = routes.flatMap((route) => narrow(route, ids));
  const rest = narrowed.find(({ pattern }) => pattern === "*") ?? catchAll(ids);
  const routed = narrowed.filter((route) => route.pattern !== "*" && !isSame(route, rest));
  const own = kept.flatMap(({ id, models }) =>
    models
      .map(({ pattern }) => pattern)
      .filter((pattern) => needsRoute(pattern, [...routes, ...routed]) && id !== ANTHROPIC_LANE)
      .map((pattern): Route => ({ pattern, provider: id, fallback: [] })),
  );
  return { lanes: kept, routes: [...routed, ...own, rest] };
}

/** The route with the lanes that are there; none where it has none left. */
function narrow({ pattern, provider, fallback }: Route, ids: readonly LaneId[]): Route[] {
  const lanes = [provider, ...fallback].flatMap((lane) => {
    const twin = TWINS[lane];
    if (ids.includes(lane)) return [lane];
    return twin !== undefined && ids.includes(twin) ? [twin] : [];
  });
  const [first, ...others] = [...new Set(lanes)];
  return first === undefined ? [] : [{ pattern, provider: first, fallback: others }];
}

/** Without Anthropic and Z.AI the first lane takes what no route names. */
function catchAll([first = ANTHROPIC_LANE]: readonly LaneId[]): Route {
  return { pattern: "*", provider: first, fallback: [] };
}

function isSame(route: Route, rest: Route): boolean {
  return route.provider === rest.provider && route.fallback.join() === rest.fallback.join();
}

/** Patterns that only this lane knows. Claude names belong to Anthropic wherever another lane takes them, too. */
function needsRoute(pattern: string, routes: readonly Route[]): boolean {
  if (pattern.startsWith("claude-")) return false;
  return pattern.includes("*") && !routes.some((route) => route.pattern === pattern);
}
