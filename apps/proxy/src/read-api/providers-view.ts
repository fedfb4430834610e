import { type CatalogView, describeCatalog } from "@ccp/provider-catalog";
import type { ProvidersView } from "@ccp/usage-contract";
import type { Deps } from "../deps.ts";

type Answer = Pick<ProvidersView, "ts" | "path" | "profile" | "issues"> &
  Pick<CatalogView, "providers" | "routes">;

/** `GET /v1/providers`: the catalog that routes now, with the keys that this process was given at its start. */
export function providersView(deps: Deps): Answer {
  const keys = [...deps.lanes.values()].map(({ key }) => key);
  const { providers, routes } = describeCatalog(deps.catalog, keys);
  const { path, issues } = deps.catalogInForce;
  return {
    ts: deps.clock.wallMs() / 1000,
    path,
    profile: deps.settings.profile,
    providers,
    routes,
    ...(issues.length === 0 ? {} : { issues: issues.map((issue) => ({ ...issue })) }),
  };
}
