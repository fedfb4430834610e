import type { QuotaEngine } from "@ccp/quota-engine";
import type { LaneBook, MarkName } from "@ccp/router-policy";
import type { LaneId, TrafficClass } from "@ccp/usage-contract";

/** A decision that is about to be acted on, its tokens reserved in this gateway's own engine already. */
export interface Claim {
  readonly rid: string;
  readonly attempt: number;
  readonly model: string;
  /** The lane decided on. */
  readonly lane: LaneId;
  /** All lanes that were weighed: their figures are brought along. */
  readonly laneIds: readonly LaneId[];
  readonly trafficClass: TrafficClass;
  readonly predictedTokens: number;
  /** The marks that this request is to prove. */
  readonly proves: readonly MarkName[];
  /** The lane was chosen because it has room; `false` where it was chosen although it has none. */
  readonly hasRoom: boolean;
  /** What the decision has waited for the store already, ms. */
  readonly waitedMs: number;
}

/**
 * - `on`: every decision is taken on the count of all gateways
 * - `slow`: no answer in time; decisions go by what was heard last until one comes
 * - `away`: no connection; the same, and this gateway uses only its share of the room that was left
 * - `joining`: connected, and being brought level
 */
export const SHARED_STATES = ["on", "slow", "away", "joining"] as const;
export type SharedState = (typeof SHARED_STATES)[number];

export interface SharedStatus {
  readonly state: SharedState;
  readonly plan: string;
  /** Gateways on the plan, this one included, as heard last. */
  readonly gateways: number;
  /** When the state began, epoch ms. */
  readonly sinceMs: number;
  /** Why it is not `on`; no address, no credential. */
  readonly reason: string | null;
  /** Decisions that the count of all agreed to, refused, and that were taken without it. */
  readonly granted: number;
  readonly refused: number;
  readonly alone: number;
  /** How often this gateway was brought level. */
  readonly joins: number;
}

/** The count that this gateway shares with others on the plan. */
export interface SharedCount {
  /**
   * Makes a reservation stand for all gateways. Waits for one answer of the store, and no longer than the cap; without one
   * the decision stands as it is. Never throws.
   *
   * @returns `false`: others took the room, or prove the lane already. Engine and book know it now: decide again.
   */
  claim(claim: Claim): Promise<boolean>;
  status(): SharedStatus;
  /** Begins to connect, once earlier state is back. */
  start(): void;
  /** Leaves, so that nothing stays held. */
  close(): Promise<void>;
}

/** Engine and book that tell and hear of other gateways, and the count itself. */
export interface SharedParts {
  readonly engine: QuotaEngine;
  readonly book: LaneBook;
  readonly count: SharedCount;
}
