import type { MintBook } from "@ccp/lane-repair";
import type { Catalog } from "@ccp/provider-catalog";
import type { QuotaEngine } from "@ccp/quota-engine";
import type { AccountBook, LaneBook, SessionBook } from "@ccp/router-policy";
import type { ConfigIssue, LaneId, Settings, UsageEvent } from "@ccp/usage-contract";
import type { History } from "@ccp/usage-store/node";
import type { SeriesBook } from "./dashboard/series/series-book.ts";
import type { Backlog } from "./exchange/backlog.ts";
import type { BodyBudget } from "./http/read-body.ts";
import type { LaneRegistry } from "./lanes/lane-runtime.ts";
import type { Metrics } from "./metrics/metrics.ts";
import type { SharedCount } from "./shared/shared-count.ts";
import type { SightAccount } from "./state/accounts.ts";
import type { CatalogSource } from "./state/catalog-source.ts";
import type { DecisionRing } from "./state/decision-ring.ts";
import type { EventHub } from "./state/event-hub.ts";
import type { Imports } from "./state/imports.ts";
import type { KeptTotals } from "./state/kept-totals.ts";
import type { QuotaSource } from "./state/quota-source.ts";
import type { RequestRing } from "./state/request-ring.ts";
import type { Telemetry } from "./telemetry/telemetry.ts";

/** Wall time for windows and logs; monotonic time for durations, since the wall clock can be set back. */
export interface Clock {
  readonly wallMs: () => number;
  readonly monoMs: () => number;
  /** 0..23, server local time. */
  readonly localHour: (wallMs: number) => number;
}

/** Where the events of exchanges are kept. */
export interface EventLog {
  /** @param onKept Told once the event is on record: at once, or when the disk takes it again. */
  append(event: UsageEvent, onKept: () => void): void;
  status(): { readonly dropped: number; readonly partialWrites: number; readonly degraded: string | null };
}

/** One line about the gateway itself: for the person who runs it, never holding a body or a credential. */
export type Notice = (level: "info" | "warn" | "error", message: string) => void;

/** One reading of the catalog file. */
export interface CatalogReading {
  readonly catalog: Catalog;
  /** `null`: the built-in catalog. */
  readonly path: string | null;
  readonly issues: readonly ConfigIssue[];
}

/** The catalog in force. With issues it is one without lanes, whose file could not be read at the start. */
export type CatalogInForce = CatalogReading;

export interface Folders {
  readonly stateDir: string;
  readonly logsDir: string;
}

/** Everything a request needs, built once at start and passed down. */
export interface Deps {
  readonly settings: Settings;
  readonly version: string;
  readonly demo: boolean;
  readonly clock: Clock;
  readonly catalog: Catalog;
  /** What reads it anew; the members below are always those of the one in force. */
  readonly catalogs: CatalogSource;
  readonly catalogInForce: CatalogInForce;
  readonly lanes: LaneRegistry;
  /** Lane a model goes to before any quota is looked at. */
  readonly preferredLane: (model: string) => LaneId;
  /** Metric label of a model: its quota key, its name in the catalog, or `other`. A closed set. */
  readonly modelLabel: (model: string) => string;
  readonly modelHint: () => string | null;
  readonly engine: QuotaEngine;
  readonly book: LaneBook;
  /** `null`: this gateway counts for itself. */
  readonly shared: SharedCount | null;
  readonly sessions: SessionBook;
  /** Whose login is whose, on lanes that take each client's own. */
  readonly accounts: AccountBook;
  readonly sightAccount: SightAccount;
  /** What hashes logins are salted with; replaced once, before the first request, by the state folder's. */
  readonly accountSalt: { current: string };
  /** Which lane minted which thinking signature and tool id. */
  readonly mints: MintBook;
  /** Where only one lane can serve, nobody needs to know who minted what. */
  readonly hasSeveralLanes: boolean;
  readonly quotas: QuotaSource;
  /** Absolute path of the probe file that is read; `null` where none is. */
  readonly probeResults: string | null;
  /** Absolute paths of what this process writes; `null` where it writes nothing. */
  readonly folders: Folders | null;
  readonly log: EventLog;
  readonly events: EventHub;
  readonly history: History;
  readonly imports: Imports;
  readonly decisions: DecisionRing;
  readonly requests: RequestRing;
  readonly series: SeriesBook;
  readonly metrics: Metrics;
  /** `null`: no collector is to be told. */
  readonly telemetry: Telemetry | null;
  readonly totals: KeptTotals;
  /** By the clock that people see: a demo's runs faster. */
  readonly uptimeMs: () => number;
  readonly bodyBudget: BodyBudget;
  /** Settles what clients left behind, a little at a time. */
  readonly backlog: Backlog;
  readonly newId: () => string;
  /** 0..1; spreads retries of many gateways. */
  readonly random: () => number;
  readonly notice: Notice;
  /** Saves the state within a second: a mark that a crash forgets costs a refused attempt. */
  readonly saveSoon: () => void;
  /** Brings the changes of the state so far to where a kill cannot reach them. */
  readonly flushOps: () => void;
  /** Set while the process finishes its streams before it ends. */
  readonly drain: { active: boolean };
}
