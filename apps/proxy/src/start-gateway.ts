import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { createMintBook } from "@ccp/lane-repair";
import { createQuotaEngine } from "@ccp/quota-engine";
import { createAccountBook, createLaneBook, createSessionBook } from "@ccp/router-policy";
import { isGlob, type Settings } from "@ccp/usage-contract";
import { type History, openHistory } from "@ccp/usage-store/node";
import { createSeriesBook } from "./dashboard/series/series-book.ts";
import type { CatalogInForce, CatalogReading, Clock, Deps, EventLog, Folders, Notice } from "./deps.ts";
import { createBacklog } from "./exchange/backlog.ts";
import { createGatewayServer, LISTEN_BACKLOG, MAX_CONNECTIONS } from "./http/create-server.ts";
import { type GuardRules, guardRules } from "./http/guard.ts";
import { createListener } from "./http/listener.ts";
import { closeLanes, createLaneRegistry, retireLanes } from "./lanes/lane-runtime.ts";
import { createMetrics, type Metrics } from "./metrics/metrics.ts";
import { urlOf } from "./process/listen-address.ts";
import { findOwnLanes } from "./process/refuse-own-address.ts";
import { createReadApi } from "./read-api/create-read-api.ts";
import { scrapeFacts } from "./read-api/scrape-facts.ts";
import type { OpenShared } from "./shared/open-shared.ts";
import type { Pair } from "./shared/watched.ts";
import { createAccountSight, newAccountSalt } from "./state/accounts.ts";
import { createCatalogSource } from "./state/catalog-source.ts";
import { createDecisionRing } from "./state/decision-ring.ts";
import { createEventHub } from "./state/event-hub.ts";
import { createImports, type Imports } from "./state/imports.ts";
import { journaledBook, journaledEngine, journaledSessions, type WriteOp } from "./state/journaled.ts";
import { createKeptTotals } from "./state/kept-totals.ts";
import { createIdSource } from "./state/new-id.ts";
import { createQuotaSource, type QuotaReading } from "./state/quota-source.ts";
import { createRequestRing } from "./state/request-ring.ts";
import type { Telemetry } from "./telemetry/telemetry.ts";

/** All request bodies held at one moment. */
const MAX_HELD_BODY_BYTES = 256 * 1024 * 1024;
const DRAIN_SWEEP_MS = 250;
const DROPS_SAID_EVERY_MS = 60_000;
/** A turn mints about three; this is days of several agents at work. */
const MINTS_KEPT = 50_000;

export interface GatewayOptions {
  readonly settings: Settings;
  readonly version: string;
  /** Where lane keys are looked up, by the names the catalog gives. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly catalogInForce: CatalogInForce;
  /** Reads the catalog file chosen at start. Default: it stays as it is. */
  readonly readCatalog?: () => CatalogReading;
  /** Reads the quota file chosen at start. */
  readonly readQuotas: () => QuotaReading;
  readonly log: EventLog;
  readonly clock: Clock;
  readonly notice: Notice;
  readonly modelHint: () => string | null;
  readonly demo?: boolean;
  /** Absolute path of the probe file that the caller reads; only shown here. */
  readonly probeResults?: string;
  /** Where the caller keeps state and log; only shown here. */
  readonly folders?: Folders;
  /** Told of each exchange when it has ended. */
  readonly telemetry?: Telemetry;
  readonly random?: () => number;
  readonly newId?: () => string;
  /** Called when something was learned that should outlive a crash. Default: nothing is saved. */
  readonly saveSoon?: () => void;
  /** Saves the whole state at once. */
  readonly saveNow?: () => void;
  /** Finished exchanges over time. Default: the newest, in memory. */
  readonly history?: History;
  /** Which usage was imported. Default: known in memory. */
  readonly imports?: Imports;
  /** Takes each change of the state as it is made. Default: none is kept. */
  readonly writeOp?: WriteOp;
  /** Brings the changes taken so far to where a kill cannot reach them. */
  readonly flushOps?: () => void;
  /** Makes the count that this gateway shares with others. Default: it counts for itself. */
  readonly openShared?: OpenShared;
  /** Called with the wired parts before the first request can come: the place to bring back earlier state. */
  readonly beforeListen?: (deps: Deps) => void;
}

export interface Gateway {
  readonly url: string;
  readonly port: number;
  readonly deps: Deps;
  /** Stops accepting, waits for streams in progress up to the limit, then ends what is left. */
  drain(limitMs: number): Promise<void>;
  /** Ends everything now. */
  close(): Promise<void>;
}

/** Wires the parts and listens. No file is read or written here; what needs one is passed in. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  // Known only once it listens.
  const address = { url: null as string | null };
  const deps = createDeps(options, address);
  options.telemetry?.attach(deps);
  options.beforeListen?.(deps);
  deps.shared?.start();
  let rules: GuardRules = { hosts: new Set(), origins: new Set(), allowed: new Set() };
  const listener = createListener(deps, createReadApi(deps), () => rules);
  const server = createGatewayServer(listener);
  sayWhatIsDropped(server, options);
  const { host, port } = await listen(server, options.settings);
  const { settings } = options;
  rules = guardRules(settings.host, port, isWildcard(host) ? ownAddresses() : [], settings.allowedHosts);
  address.url = urlOf({ host, port });
  return {
    url: address.url,
    port,
    deps,
    drain: (limitMs) => drain(server, deps, limitMs),
    close: () => close(server, deps),
  };
}

function createDeps(options: GatewayOptions, address: { readonly url: string | null }): Deps {
  const { settings, clock } = options;
  const first = options.readQuotas();
  const write = options.writeOp ?? (() => {});
  const ownEngine = journaledEngine(
    createQuotaEngine({
      config: first.config,
      mode: settings.rerouteMode,
      sessionStartMs: clock.wallMs(),
    }),
    write,
  );
  const quotas = createQuotaSource(
    first,
    options.readQuotas,
    (config, nowMs) => {
      engine.reconfigure(config, nowMs);
      // What the journal holds was learned under the old quotas, and would be played under the new ones.
      options.saveNow?.();
    },
    clock.wallMs(),
  );
  const laneOptions = {
    env: options.env,
    profile: settings.profile,
    connectTimeoutMs: settings.connectTimeoutMs,
    proxies: settings.proxies,
  };
  // Gauges read the finished parts, which do not exist before the metrics do.
  const metrics: Metrics = createMetrics(() => scrapeFacts(deps), options.version, clock.wallMs() / 1000);
  const ownBook = journaledBook(createLaneBook(), write);
  const random = options.random ?? Math.random;
  const named = (): Pair[] =>
    quotas.current().config.models.flatMap(({ key, lane }) => (isGlob(key) ? [] : [{ lane, model: key }]));
  const base = { engine: ownEngine, book: ownBook, clock, notice: options.notice, metrics, random, named };
  const { engine, book, count } = options.openShared?.(base) ?? { ...base, count: null };
  const catalogs = createCatalogSource(options.catalogInForce, {
    read: options.readCatalog ?? (() => options.catalogInForce),
    findOwnLanes: async (catalog) => findOwnLanes(catalog.lanes, address.url),
    openLanes: (catalog, before) => createLaneRegistry(catalog, laneOptions, before),
    closeLanes: (lanes) => void retireLanes(lanes),
    quotaKey: (model) => engine.quotaKey(model),
  });
  const accountSalt = { current: newAccountSalt() };
  const deps: Deps = {
    settings,
    version: options.version,
    demo: options.demo ?? false,
    clock,
    catalogs,
    get catalog() {
      return catalogs.current().catalogInForce.catalog;
    },
    get catalogInForce() {
      return catalogs.current().catalogInForce;
    },
    get lanes() {
      return catalogs.current().lanes;
    },
    get hasSeveralLanes() {
      return catalogs.current().hasSeveralLanes;
    },
    preferredLane: (model) => catalogs.current().preferredLane(model),
    modelLabel: (model) => catalogs.current().modelLabel(model),
    modelHint: options.modelHint,
    engine,
    book,
    shared: count,
    sessions: journaledSessions(createSessionBook(), write),
    accounts: createAccountBook({
      onNote: (...note) => write(["accounts", "play", ...note]),
      onForgotten: (account) => {
        engine.forgetLane(account, clock.wallMs());
        book.reset(account);
      },
    }),
    sightAccount: createAccountSight(() => accountSalt.current),
    accountSalt,
    mints: createMintBook({
      capacity: MINTS_KEPT,
      onNote: (...note) => write(["mints", "play", ...note]),
    }),
    quotas,
    probeResults: options.probeResults ?? null,
    folders: options.folders ?? null,
    log: options.log,
    events: createEventHub(undefined, Math.floor(clock.wallMs())),
    history: options.history ?? openHistory({ path: null, logsDir: "", nowMs: clock.wallMs }),
    imports: options.imports ?? createImports(null),
    decisions: createDecisionRing(),
    requests: createRequestRing(),
    series: createSeriesBook(() => deps),
    metrics,
    telemetry: options.telemetry ?? null,
    totals: createKeptTotals(write),
    uptimeMs: uptimeOf(clock, options.demo ?? false),
    backlog: createBacklog((error) => options.notice("error", `settling a request failed: ${error}`)),
    bodyBudget: { heldBytes: 0, maxBytes: MAX_HELD_BODY_BYTES },
    newId: options.newId ?? createIdSource(clock.wallMs),
    random,
    notice: options.notice,
    saveSoon: options.saveSoon ?? (() => {}),
    flushOps: options.flushOps ?? (() => {}),
    drain: { active: false },
  };
  return deps;
}

/** Clients see such a connection closed without a word, so the log has to say why; once a minute, however many. */
function sayWhatIsDropped(server: Server, { clock, notice }: Pick<GatewayOptions, "clock" | "notice">): void {
  let saidAtMs = Number.NEGATIVE_INFINITY;
  server.on("drop", () => {
    if (clock.monoMs() - saidAtMs < DROPS_SAID_EVERY_MS) return;
    saidAtMs = clock.monoMs();
    notice("warn", `closing new connections: ${MAX_CONNECTIONS} clients are connected, which is the most`);
  });
}

/** Elapsed time is monotonic, since the wall clock can be set; a demo's wall clock is made of it, and the one on its screens. */
function uptimeOf({ wallMs, monoMs }: Clock, isDemo: boolean): () => number {
  const now = isDemo ? wallMs : monoMs;
  const startedMs = now();
  return () => now() - startedMs;
}

function isWildcard(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}

/** Where the address to listen on is "all", each of the machine's own names it. */
function ownAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .map(({ address, family }) => (family === "IPv6" ? `[${address}]` : address));
}

function listen(server: Server, settings: Settings): Promise<{ host: string; port: number }> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: settings.host, port: settings.port, backlog: LISTEN_BACKLOG }, () => {
      server.off("error", reject);
      const { address, port } = server.address() as AddressInfo;
      resolve({ host: address, port });
    });
  });
}

async function drain(server: Server, deps: Deps, limitMs: number): Promise<void> {
  deps.drain.active = true;
  deps.events.close();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // Idle keep-alive connections would hold the server open long after its last stream.
  const sweep = setInterval(() => server.closeIdleConnections(), DRAIN_SWEEP_MS);
  server.closeIdleConnections();
  let limit: NodeJS.Timeout | undefined;
  const expired = new Promise<void>((resolve) => {
    limit = setTimeout(resolve, limitMs);
  });
  await Promise.race([closed, expired]);
  clearInterval(sweep);
  clearTimeout(limit);
  await close(server, deps);
}

async function close(server: Server, deps: Deps): Promise<void> {
  deps.drain.active = true;
  deps.series.close();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
  deps.backlog.flush();
  await deps.shared?.close();
  await closeLanes(deps.lanes);
}
