import { type Catalog, planRoute } from "@ccp/provider-catalog";
import type { ConfigIssue, LaneId } from "@ccp/usage-contract";
import type { CatalogInForce, CatalogReading } from "../deps.ts";
import { type LaneRegistry, laneUnusable } from "../lanes/lane-runtime.ts";
import { createModelLabel } from "../metrics/model-label.ts";

/** The catalog in force and all that is made from it. */
export interface CatalogParts {
  readonly catalogInForce: CatalogInForce;
  readonly lanes: LaneRegistry;
  /** Lane a model goes to before any quota is looked at. */
  readonly preferredLane: (model: string) => LaneId;
  /** Metric label of a model: its quota key, its name in the catalog, or `other`. A closed set. */
  readonly modelLabel: (model: string) => string;
  /** Where only one lane can serve, nobody needs to know who minted what. */
  readonly hasSeveralLanes: boolean;
}

/** The provider catalog in force, and the one way to read it anew. */
export interface CatalogSource {
  current(): CatalogParts;
  /** Reads the file that was chosen at start again. A broken file changes nothing: its issues are returned. */
  reload(): Promise<readonly ConfigIssue[]>;
  /** Calls back after each change. */
  onChange(tell: () => void): void;
}

export interface CatalogPorts {
  /** Reads the file chosen at start; never another one. */
  readonly read: () => CatalogReading;
  /** What is wrong with lanes that would lead back to this gateway. */
  readonly findOwnLanes: (catalog: Catalog) => Promise<readonly ConfigIssue[]>;
  /** Opens the lanes of a catalog; those that have not changed stay as they are. */
  readonly openLanes: (catalog: Catalog, before: LaneRegistry) => LaneRegistry;
  /** Ends lanes that are in force no more, once what is under way on them has ended. */
  readonly closeLanes: (lanes: LaneRegistry) => void;
  readonly quotaKey: (model: string) => string;
}

export function createCatalogSource(first: CatalogReading, ports: CatalogPorts): CatalogSource {
  let parts = toParts(first, ports.openLanes(first.catalog, new Map()), ports.quotaKey);
  const listeners: (() => void)[] = [];
  return {
    current: () => parts,
    onChange: (tell) => void listeners.push(tell),
    async reload() {
      const next = ports.read();
      const issues = [
        ...next.issues,
        ...(next.issues.length > 0 ? [] : await ports.findOwnLanes(next.catalog)),
      ];
      if (issues.length > 0) return issues;
      const before = parts.lanes;
      parts = toParts(next, ports.openLanes(next.catalog, before), ports.quotaKey);
      const kept = new Set(parts.lanes.values());
      ports.closeLanes(new Map([...before].filter(([, runtime]) => !kept.has(runtime))));
      for (const tell of listeners) tell();
      return [];
    },
  };
}

function toParts(
  { catalog, path, issues }: CatalogReading,
  lanes: LaneRegistry,
  quotaKey: CatalogPorts["quotaKey"],
): CatalogParts {
  return {
    catalogInForce: { catalog, path, issues },
    lanes,
    preferredLane: (model) => planRoute(catalog, model).preferred,
    modelLabel: createModelLabel(catalog, quotaKey),
    hasSeveralLanes: [...lanes.values()].filter((lane) => laneUnusable(lane) === null).length > 1,
  };
}
