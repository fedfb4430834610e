import type { WindowReading } from "@ccp/usage-contract";

/**
 * One counted window as one gateway reckons it. All times of this port are epoch ms by the store's own clock, so that
 * gateways whose clocks differ count alike.
 */
export interface WindowAsk {
  /** What is counted together: a model on a lane, or a pool. Any text. */
  readonly scope: string;
  /** The window's name within its scope. */
  readonly window: string;
  readonly lengthMs: number;
  /** Times are kept to this; the bucket that the window begins in counts whole, so nothing is ever undercounted. */
  readonly bucketMs: number;
  /** Where the window begins; never reckoned as more than `lengthMs` ago. `null`: not begun, with `ownStart` only. */
  readonly sinceMs: number | null;
  /** It begins with the first request of any gateway: the earliest start that is told counts for all. */
  readonly ownStart: boolean;
}

/** Tokens to be held, if no limit would be reached by it. */
export interface Reservation {
  readonly scopes: readonly string[];
  /** Whole tokens. */
  readonly tokens: number;
  /** `window` is a place in the asked windows. Refused where used + held + `tokens` would reach `tokens` of a limit. */
  readonly limits: readonly { readonly window: number; readonly tokens: number }[];
}

/** The mark of a limit is known by its lane and (unless it is the account's, `null`) its model. */
export interface MarkKey {
  readonly lane: string;
  readonly model: string | null;
}

/** A request that would prove lanes whose cooldown is over. */
export interface ProbeAsk {
  readonly marks: readonly MarkKey[];
  readonly rid: string;
  readonly untilMs: number;
}

export interface WeighRequest {
  readonly windows: readonly WindowAsk[];
  readonly reserve: Reservation | null;
  readonly probe: ProbeAsk | null;
  /** The version of the news this gateway has; others are sent along. */
  readonly newsVersion: number;
}

/** The store does not know this gateway, or forgot it: nothing was done, and {@link SharedStore.sync} comes first. */
export interface UnknownGateway {
  readonly kind: "unknown";
  readonly nowMs: number;
}

export interface Weighed {
  readonly kind: "weighed";
  readonly nowMs: number;
  /** What refused the reservation; `null` when it was taken, or none was asked for. */
  readonly refusedBy: "limit" | "probe" | null;
  /** In the order asked: tokens of all gateways, and where an own-start window begins (`null`: not begun). */
  readonly windows: readonly { readonly usedTokens: number; readonly startMs: number | null }[];
  /** By scope: what other gateways hold. */
  readonly heldByOthers: ReadonlyMap<string, number>;
  /** Gateways that were heard of lately, this one included. */
  readonly gateways: number;
  /** `null` when nothing changed since the version asked with. */
  readonly news: News | null;
}

export interface SharedMark extends MarkKey {
  readonly markedAtMs: number;
  readonly declaredUntilMs: number | null;
  readonly ownUntilMs: number | null;
  readonly windowMs: number | null;
}

export interface KnownMark extends SharedMark {
  /** Changes whenever the mark is made anew; what ends a mark names the one it means. */
  readonly revision: number;
  /** The request that proves it, whose gateway `mine` tells; `null` when none does. */
  readonly probe: { readonly rid: string; readonly mine: boolean; readonly untilMs: number } | null;
}

/** A lane's own word on one of its windows, as one gateway read it. */
export interface SharedReading {
  readonly lane: string;
  /** Model whose answer carried it; `null` when it came from elsewhere. */
  readonly model: string | null;
  readonly observedMs: number;
  /** `resetAtMs` is the lane's clock, as everywhere. */
  readonly reading: WindowReading;
}

/** What all gateways of a plan should know, apart from counts. */
export interface News {
  readonly version: number;
  readonly marks: readonly KnownMark[];
  readonly readings: readonly SharedReading[];
}

export type Tell =
  /** Puts a mark in the place of the one before; the later declared end of both stands, unless `byHand`. */
  | { readonly kind: "mark"; readonly mark: SharedMark; readonly byHand: boolean }
  /** Ends a mark, if it still is the one meant. `null`: the one that this gateway made last. */
  | { readonly kind: "clear"; readonly key: MarkKey; readonly revision: number | null }
  /** A probe is over; what it proved is told by `clear`. */
  | { readonly kind: "probe_end"; readonly rid: string }
  | { readonly kind: "reading"; readonly reading: SharedReading };

export interface Count extends Pick<WindowAsk, "scope" | "window" | "lengthMs" | "bucketMs"> {
  readonly atMs: number;
  readonly tokens: number;
}

export interface SettleRequest {
  readonly counts: readonly Count[];
  /** Added to what this gateway holds; negative gives back. Whole tokens. */
  readonly held: readonly { readonly scope: string; readonly tokens: number }[];
  readonly tells: readonly Tell[];
}

export type SettleReply = UnknownGateway | { readonly kind: "settled"; readonly nowMs: number };

/** All that a gateway has counted in one window. */
export interface Series extends Pick<WindowAsk, "scope" | "window" | "lengthMs" | "bucketMs"> {
  readonly rows: readonly { readonly atMs: number; readonly tokens: number }[];
}

export interface SyncRequest {
  readonly series: readonly Series[];
  readonly held: readonly { readonly scope: string; readonly tokens: number }[];
  readonly tells: readonly Tell[];
}

export type SyncReply =
  /** `isNew`: it had not heard of this gateway before, or lost all it had heard. */
  | { readonly kind: "synced"; readonly nowMs: number; readonly isNew: boolean }
  /** Another process counts under the same gateway id. */
  | { readonly kind: "taken"; readonly nowMs: number };

/** Who counts. */
export interface GatewayIdentity {
  /** The same after a restart: what is told replaces what was told under it before. Letters, digits, `-`. */
  readonly gateway: string;
  /** Another one for each process. */
  readonly life: string;
  /** From 1, each call one more, also over a reconnect: a call that arrives late is left out. */
  readonly nextSequence: () => number;
}

/**
 * Counts of one plan that several gateways share, as one of them sees it. Each call is one atomic step, and the calls of
 * one gateway take effect in the order they were made. Whatever a failed call did, the next {@link sync} puts right.
 */
export interface SharedStore {
  /** The store's clock, epoch ms. */
  clock(): Promise<number>;
  /** Reads windows, and takes a reservation and a probe if nothing speaks against them: both, or neither. */
  weigh(request: WeighRequest): Promise<UnknownGateway | Weighed>;
  settle(request: SettleRequest): Promise<SettleReply>;
  /**
   * Replaces what this gateway holds, and what it counted in the windows named, by what it says now. Doing it twice
   * changes nothing more: so a store that lost all, or a gateway that does not know what arrived, is brought level. It is
   * news, for it changes what the others should know of the windows.
   */
  sync(request: SyncRequest): Promise<SyncReply>;
  /** Leaves: nothing stays held. What was counted stays. */
  leave(): Promise<void>;
  /** Called when news changed. A call that is missed costs nothing: the next {@link weigh} brings them. */
  onNews(listener: () => void): void;
}

/** A gateway that was not heard of for so long holds nothing any more. */
export const GATEWAY_LIFE_MS = 15_000;
/** Marks are forgotten so long after their end, if no request proved their lane. */
export const MARK_KEEP_MS = 86_400_000;
