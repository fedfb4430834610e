import type { Catalog } from "@ccp/provider-catalog";
import { isGlob, modelKey } from "@ccp/usage-contract";

const OTHER = "other";

/** Labels models by what the operator wrote, so that names made up by clients make no series. */
export function createModelLabel(
  catalog: Catalog,
  quotaKey: (model: string) => string,
): (model: string) => string {
  const names = new Map<string, string>();
  for (const lane of catalog.lanes) {
    const listed = [...lane.models.map(({ pattern }) => pattern), ...lane.modelMap.map(({ model }) => model)];
    for (const name of listed) if (!isGlob(name)) names.set(modelKey(name), name);
  }
  return (model) => {
    const key = quotaKey(model);
    return key === OTHER ? (names.get(modelKey(model)) ?? OTHER) : key;
  };
}
