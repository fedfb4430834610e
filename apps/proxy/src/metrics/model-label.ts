import type { Catalog } from "@ccp/provider-catalog";
import { isGlob, modelKey } from "@ccp/usage-contract";

/** Models that are counted together: more than are kept apart have been met. They have no label and no route of their own. */
export const OTHER_MODELS = "other";

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
    return key === OTHER_MODELS ? (names.get(modelKey(model)) ?? OTHER_MODELS) : key;
  };
}
