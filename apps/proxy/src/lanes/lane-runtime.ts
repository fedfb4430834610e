import { isDeepStrictEqual } from "node:util";
import type { LaneNeeds } from "@ccp/lane-repair";
import {
  type Catalog,
  type HeaderMode,
  type Lane,
  type LaneKey,
  laneKeyValue,
  resolveLaneKeys,
} from "@ccp/provider-catalog";
import { findExtractor, type TokenExtractor } from "@ccp/token-extractors";
import type { LaneId, ProxyAddress, ProxySettings } from "@ccp/usage-contract";
import { type Client, type Dispatcher, Pool } from "undici";
import { effectiveNeeds } from "./effective-needs.ts";
import { LaneConnection } from "./lane-connection.ts";
import { type LaneDial, laneDial } from "./lane-dial.ts";

/** A lane ready to be called: its entry in the catalog, its key and its connections. */
export interface LaneRuntime {
  readonly lane: Lane;
  readonly key: LaneKey;
  /** The operator's own credential; `null` where there is none. Never logged, never shown. */
  readonly secret: string | null;
  readonly extractor: TokenExtractor;
  /** What it needs of a request that other lanes would take as it is. */
  readonly needs: LaneNeeds;
  /** How the lane turned out to want its key, where the configured way was refused. */
  readonly learned: { headerMode: HeaderMode | null };
  readonly pool: Pool;
  /** A connection beside the pool, which nothing has used before. Whoever opens it closes it. */
  readonly openConnection: () => Dispatcher;
  /** Between here and the lane; `null`: none. */
  readonly proxy: ProxyAddress | null;
  /** Path prefix of the base URL, e.g. `/api/anthropic`. */
  readonly basePath: string;
}

export type LaneRegistry = ReadonlyMap<LaneId, LaneRuntime>;

export interface LaneRegistryOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly profile: string | null;
  readonly connectTimeoutMs: number;
  readonly proxies: ProxySettings;
}

/**
 * Opens the lanes of a catalog. No connection is made before the first request.
 *
 * @param before Lanes in force until now: one that has not changed keeps its connections and what it learned.
 */
export function createLaneRegistry(
  catalog: Catalog,
  options: LaneRegistryOptions,
  before: LaneRegistry = new Map(),
): LaneRegistry {
  const keys = new Map(
    resolveLaneKeys(catalog, options.env, options.profile).map((key) => [key.lane, key] as const),
  );
  const lanes = new Map<LaneId, LaneRuntime>();
  for (const lane of catalog.lanes) {
    const key = keys.get(lane.id);
    if (key === undefined) continue;
    const old = before.get(lane.id);
    if (old !== undefined && isDeepStrictEqual([old.lane, old.key], [lane, key])) {
      lanes.set(lane.id, old);
      continue;
    }
    const dial = laneDial(lane.origin, options.connectTimeoutMs, options.proxies);
    lanes.set(lane.id, {
      lane,
      key,
      secret: laneKeyValue(lane, options.env, options.profile),
      extractor: findExtractor(lane.extractor),
      needs: effectiveNeeds(lane),
      learned: { headerMode: null },
      pool: createLanePool(dial),
      openConnection: () => new LaneConnection(dial.target, connectionOptions(dial), dial.forward),
      proxy: dial.proxy,
      basePath: new URL(lane.baseUrl).pathname.replace(/\/$/, ""),
    });
  }
  return lanes;
}

/**
 * Connections of one lane, as many as there are requests: one that waits in a queue would wait for the end of another's
 * stream, unseen. Whoever lets clients in bounds them.
 */
function createLanePool(dial: LaneDial): Pool {
  return new Pool(dial.target, {
    ...connectionOptions(dial),
    connections: null,
    factory: (origin, options) => new LaneConnection(origin, options, dial.forward),
  });
}

/**
 * Time limits of head and body are the call's own, since the client library's are too short for long thinking; idle
 * sockets are dropped before common upstreams drop them.
 */
function connectionOptions({ connect }: LaneDial): Client.Options {
  return {
    pipelining: 1,
    keepAliveTimeout: 4_000,
    keepAliveMaxTimeout: 4_000,
    headersTimeout: 0,
    bodyTimeout: 0,
    allowH2: false,
    maxHeaderSize: 64 * 1024,
    connect,
  };
}

/** Whether requests may go to the lane at all, and if not, why, in a few words. */
export function laneUnusable(runtime: LaneRuntime | undefined): string | null {
  if (runtime === undefined) return "not in the catalog";
  if (runtime.key.state === "disabled") return runtime.key.reason ?? "disabled";
  if (runtime.key.state === "missing_key") return runtime.key.reason ?? "its key is not set";
  return null;
}

/** The proxies that stand before lanes, as a person may read them: no credentials. */
export function laneProxies(lanes: LaneRegistry): string[] {
  const used = [...lanes.values()].flatMap(({ proxy }) =>
    proxy === null ? [] : [`${proxy.origin} (${proxy.variable})`],
  );
  return [...new Set(used)];
}

/** Ends lanes that nothing is sent to any more, each once what is under way on it has ended. */
export async function retireLanes(lanes: LaneRegistry): Promise<void> {
  await Promise.allSettled([...lanes.values()].map(({ pool }) => pool.close()));
}

export async function closeLanes(lanes: LaneRegistry): Promise<void> {
  await Promise.all([...lanes.values()].map(({ pool }) => pool.destroy()));
}
