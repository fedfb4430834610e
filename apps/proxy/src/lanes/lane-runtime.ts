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
import type { LaneId } from "@ccp/usage-contract";
import { type Client, type Dispatcher, Pool } from "undici";
import { effectiveNeeds } from "./effective-needs.ts";
import { LaneConnection } from "./lane-connection.ts";

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
  /** Path prefix of the base URL, e.g. `/api/anthropic`. */
  readonly basePath: string;
}

export type LaneRegistry = ReadonlyMap<LaneId, LaneRuntime>;

export interface LaneRegistryOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly profile: string | null;
  readonly connectTimeoutMs: number;
}

/** Opens the lanes of a catalog. No connection is made before the first request. */
export function createLaneRegistry(catalog: Catalog, options: LaneRegistryOptions): LaneRegistry {
  const keys = new Map(
    resolveLaneKeys(catalog, options.env, options.profile).map((key) => [key.lane, key] as const),
  );
  const lanes = new Map<LaneId, LaneRuntime>();
  for (const lane of catalog.lanes) {
    const key = keys.get(lane.id);
    if (key === undefined) continue;
    lanes.set(lane.id, {
      lane,
      key,
      secret: laneKeyValue(lane, options.env, options.profile),
      extractor: findExtractor(lane.extractor),
      needs: effectiveNeeds(lane),
      learned: { headerMode: null },
      pool: createLanePool(lane, options.connectTimeoutMs),
      openConnection: () => new LaneConnection(lane.origin, connectionOptions(options.connectTimeoutMs)),
      basePath: new URL(lane.baseUrl).pathname.replace(/\/$/, ""),
    });
  }
  return lanes;
}

/**
 * Connections of one lane, as many as there are requests: one that waits in a queue would wait for the end of another's
 * stream, unseen. Whoever lets clients in bounds them.
 */
export function createLanePool(lane: Pick<Lane, "origin">, connectTimeoutMs: number): Pool {
  return new Pool(lane.origin, {
    ...connectionOptions(connectTimeoutMs),
    connections: null,
    factory: (origin, options) => new LaneConnection(origin, options),
  });
}

/**
 * Time limits of head and body are the call's own, since the client library's are too short for long thinking; idle
 * sockets are dropped before common upstreams drop them.
 */
function connectionOptions(connectTimeoutMs: number): Client.Options {
  return {
    pipelining: 1,
    keepAliveTimeout: 4_000,
    keepAliveMaxTimeout: 4_000,
    headersTimeout: 0,
    bodyTimeout: 0,
    allowH2: false,
    maxHeaderSize: 64 * 1024,
    connect: { timeout: connectTimeoutMs, keepAlive: true },
  };
}

/** Whether requests may go to the lane at all, and if not, why, in a few words. */
export function laneUnusable(runtime: LaneRuntime | undefined): string | null {
  if (runtime === undefined) return "not in the catalog";
  if (runtime.key.state === "disabled") return runtime.key.reason ?? "disabled";
  if (runtime.key.state === "missing_key") return runtime.key.reason ?? "its key is not set";
  return null;
}

export async function closeLanes(lanes: LaneRegistry): Promise<void> {
  await Promise.all([...lanes.values()].map(({ pool }) => pool.destroy()));
}
