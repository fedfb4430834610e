import type { Catalog } from "@ccp/provider-catalog";
import type { ConfigIssue, QuotaConfig } from "@ccp/usage-contract";

/** Quotas of lanes that the catalog does not have: they would count nothing and look well. */
export function checkQuotaLanes(config: QuotaConfig, catalog: Catalog): ConfigIssue[] {
  const lanes = new Set(catalog.lanes.map((lane) => lane.id));
  const known = [...lanes].join(", ");
  const issue = (path: string, lane: string): ConfigIssue[] =>
    lanes.has(lane) ? [] : [{ path, message: `no lane ${lane} in the catalog; there are ${known}` }];
  return [
    ...config.models.flatMap(({ key, lane }) => issue(`models[${JSON.stringify(key)}].provider`, lane)),
    ...config.pools.flatMap(({ name, lane }) => issue(`pools[${JSON.stringify(name)}].provider`, lane)),
  ];
}
