import type { ProvidersView } from "@ccp/usage-contract";
import { laneId } from "@ccp/usage-contract/core";
import { didYouMean } from "../args/did-you-mean.ts";
import { usageError } from "../args/usage-error.ts";

export type ProviderView = ProvidersView["providers"][string];
export type RouteView = ProvidersView["routes"][number];
type Lanes = Pick<ProvidersView, "providers" | "routes">;

/**
 * The lane that was typed.
 *
 * @throws {CliError} With exit code 64 and a suggestion when the catalog has none of that name.
 */
export function findProvider(
  typed: string,
  { providers }: Lanes,
  cc: string,
  command: string,
): { readonly name: string; readonly provider: ProviderView } {
  const name = laneId(typed);
  const provider = Object.hasOwn(providers, name) ? providers[name] : undefined;
  if (provider !== undefined) return { name, provider };
  const known = Object.keys(providers);
  const meant = didYouMean(name, known);
  const why = meant === null ? `the lanes are ${known.join(", ")}` : `did you mean ${meant}?`;
  throw usageError(`the catalog has no lane "${name}"`, why, cc, command);
}

/** Routes that lead to the lane, first or as a fallback. */
export function routesOf(name: string, { routes }: Lanes): RouteView[] {
  return routes.filter((route) => route.provider === name || route.fallback.includes(name));
}
