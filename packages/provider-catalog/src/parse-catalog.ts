import type { ConfigIssue } from "@ccp/usage-contract";
import { ANTHROPIC_LANE, type LaneId, laneId } from "@ccp/usage-contract/core";
import * as v from "valibot";
import type { Catalog } from "./catalog.ts";
import { checkModels, warnAboutModels } from "./catalog-file/check-models.ts";
import { readLane } from "./catalog-file/read-lane.ts";
import { readRoutes, warnAboutRoutes } from "./catalog-file/read-routes.ts";
import { warnNamelessFallbacks } from "./catalog-file/warn-nameless-fallbacks.ts";
import { issueAt } from "./issue/issue.ts";
import { createReport, type Report } from "./issue/report.ts";
import { canonicalKeys } from "./schema/canonical-keys.ts";
import { checkShape } from "./schema/check-shape.ts";
import { ProviderSchema, ProvidersFileSchema } from "./schema/providers-file.ts";
import { toPlain } from "./schema/to-plain.ts";
import { readSource } from "./source/read-source.ts";
import { nodeAt, type SourceEntry, type SourceMap } from "./source/source-node.ts";

export type CatalogResult =
  | {
      readonly success: true;
      readonly catalog: Catalog;
      /** Odd, but usable: routes that never decide, a key that is never sent. */
      readonly warnings: readonly ConfigIssue[];
    }
  | { readonly success: false; readonly issues: readonly ConfigIssue[] };

/**
 * Reads `providers.yaml` (or JSON of the same shape).
 *
 * Any text gives a result; nothing throws. Faults are reported together, each with line, column, key path, what was
 * expected and what was found; rules between the settings of an entry are checked once its form is right. No value
 * that is or looks like a credential is ever part of an issue.
 *
 * @example
 * parseCatalog("providers:\n  zai:\n    base_ulr: https://api.z.ai/api/anthropic\n");
 * // => { success: false, issues: [
 * //   { path: "providers.zai.base_url", line: 2, column: 3, message: "expected a URL such as …, found nothing" },
 * //   { path: "providers.zai.base_ulr", line: 3, column: 5, message: "unknown key; did you mean base_url?" } ] }
 */
export function parseCatalog(text: string): CatalogResult {
  const source = readSource(text, "a mapping with providers and routes");
  if (!source.success) return { success: false, issues: source.issues };
  const faults: ConfigIssue[] = [];
  const root = foldLaneAliases(canonicalKeys(ProvidersFileSchema, source.root, faults), faults);
  const shape = checkShape(ProvidersFileSchema, root);
  const report = createReport(root, [...faults, ...shape.issues]);
  const catalog = readCatalog(root, report);
  const issues = report.issues();
  return issues.length > 0
    ? { success: false, issues }
    : { success: true, catalog, warnings: report.warnings() };
}

/** Reads every entry that is well formed even beside ones that are not, so that one run shows all faults. */
function readCatalog(root: SourceMap, report: Report): Catalog {
  const providers = nodeAt(root, ["providers"]);
  const entries = providers?.kind === "map" ? [...providers.entries] : [];
  const laneIds: LaneId[] = entries.map(([id]) => id);
  const lanes = entries.flatMap(([id, { node }]) => {
    const parsed = v.safeParse(ProviderSchema, toPlain(ProviderSchema, node));
    const lane = parsed.success ? readLane(id, parsed.output, report) : null;
    return lane === null ? [] : [lane];
  });
  const routes = readRoutes(nodeAt(root, ["routes"]), laneIds, report);
  const catalog: Catalog = { lanes, routes };
  checkModels(catalog, laneIds, report);
  warnAboutRoutes(routes, laneIds, report);
  warnAboutModels(catalog, report);
  warnNamelessFallbacks(catalog, report);
  return catalog;
}

/** `anth` as the name of a provider is `anthropic`; both at once is an issue. */
function foldLaneAliases(root: SourceMap, faults: ConfigIssue[]): SourceMap {
  const providers = root.entries.get("providers");
  if (providers?.node.kind !== "map") return root;
  const lanes = new Map<string, SourceEntry>();
  for (const [name, entry] of providers.node.entries) {
    const id = laneId(name);
    if (lanes.has(id)) {
      const message = `expected each provider once, found ${ANTHROPIC_LANE} again (anth is short for it)`;
      faults.push(issueAt(["providers", name], entry.keyAt, message));
    } else {
      lanes.set(id, entry);
    }
  }
  const entries = new Map(root.entries);
  entries.set("providers", { ...providers, node: { ...providers.node, entries: lanes } });
  return { ...root, entries };
}
